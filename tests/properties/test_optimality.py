"""SFE is minimised: the exact gap identity, competitors, the optimal value and the best gain."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..killing import kills
from ..strategies import Matrix, matrices, orthonormal, seeds
from .mutants import five_steps, qr_factor, rows_rescaled, sign_flipped, v_untransposed, with_argument

ROUNDING = 10 * residual_bound(12, EPS["float64"])  # ten terms of the size of ||W||_F^2 and p, each to the residual


def isometry(rng: np.random.Generator, m: int, n: int) -> Matrix:
    """Return a random isometry of that shape, tall or wide."""
    return orthonormal(rng, m, n) if m >= n else orthonormal(rng, n, m).T


def rooted(H: Matrix) -> Matrix:
    """Return B with B^T B = H."""
    values, vectors = np.linalg.eigh(H)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))).T)


WRONG = {
    "qr": {"polar_factor": qr_factor},
    "untransposed": {"polar_factor": v_untransposed},
    "sign_flipped": {"polar_factor": sign_flipped},
    "rows_rescaled": {"polar_factor": rows_rescaled},
    "k_steps": {"polar_factor": five_steps},
}


@kills(**WRONG)
@given(W=matrices(full_rank=False), rng=seeds(), c=st.floats(0.1, 10))
def test_gap_identity(lib, W: Matrix, rng: np.random.Generator, c: float) -> None:
    """SFE(W, cV) - SFE(W, cQ) = c ||(Q - V) B^T||^2 with H = B^T B, for every isometry V."""
    Q, V = lib.polar_factor(W), isometry(rng, *W.shape)
    H = fire_ref.polar_decomposition(W).H
    B = rooted(H)
    weighted = (Q - V) @ B.T if W.shape[0] >= W.shape[1] else B @ (Q - V)
    gap = float(fire_ref.sfe(W, c * V)) - float(fire_ref.sfe(W, c * Q))
    size = float(np.sum(W * W)) + c * c * min(W.shape)
    assert abs(gap - c * np.sum(weighted**2)) <= ROUNDING * size


@kills(**WRONG)
@given(W=matrices(), rng=seeds(), angle=st.floats(1e-3, 1.0))
def test_no_isometry_nearby_or_far_is_nearer(lib, W: Matrix, rng: np.random.Generator, angle: float) -> None:
    Q, (m, n) = lib.polar_factor(W), W.shape
    size = float(np.sum(W * W)) + min(m, n)
    turned = fire_ref.polar_factor(Q + angle * rng.standard_normal((m, n)))
    flipped = np.linalg.svd(W, full_matrices=False)
    last = (flipped[0] * np.where(np.arange(min(m, n)) == min(m, n) - 1, -1, 1)) @ flipped[2]
    rivals = [isometry(rng, m, n), turned, last, fire_ref.polar_factor(W), -Q]
    least = min(float(fire_ref.sfe(W, rival)) for rival in rivals)
    assert float(fire_ref.sfe(W, Q)) <= least + ROUNDING * size
    assert float(fire_ref.dfi(Q)) <= residual_bound(12, EPS["float64"]) ** 2


@kills(
    qr={"polar_factor": qr_factor},
    flipped={"polar_factor": sign_flipped},
    k_steps={"polar_factor": five_steps},
)
@given(W=matrices(full_rank=False), c=st.floats(0.1, 10))
def test_optimal_sfe_is_the_sum_of_squared_distances_to_the_gain(lib, W: Matrix, c: float) -> None:
    s = np.linalg.svd(W, compute_uv=False)
    optimum = np.sum((s - c) ** 2)
    size = np.sum(s * s) + c * c * len(s)
    found = float(fire_ref.sfe(W, c * lib.polar_factor(W)))
    assert abs(found - optimum) <= ROUNDING * size
    isotropy, shift = np.sum((s - s.mean()) ** 2), len(s) * (s.mean() - c) ** 2
    assert abs(found - isotropy - shift) <= ROUNDING * size


@kills(
    fan={"fire": with_argument(fire_ref.fire, gain="fan")},
    norm={"fire": with_argument(fire_ref.fire, gain="norm")},
)
@given(W=matrices(cond=1e2), factor=st.floats(0.5, 2.0))
def test_the_best_free_gain_is_the_mean_singular_value(lib, W: Matrix, factor: float) -> None:
    mean = float(np.linalg.svd(W, compute_uv=False).mean())
    V = lib.fire(W, gain="mean")
    size = float(np.sum(W * W))
    assert np.linalg.norm(V - mean * fire_ref.polar_factor(W)) <= ROUNDING * size**0.5 * 1e2
    assert float(fire_ref.sfe(W, V)) <= float(fire_ref.sfe(W, factor * V)) + ROUNDING * size
