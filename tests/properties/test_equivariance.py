"""What the polar factor commutes with: orthogonal changes of basis, transposition, positive scale, itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, residual_bound

from ..killing import kills
from ..strategies import Matrix, matrices, orthonormal, seeds
from .mutants import eps_floor, five_steps, qr_factor, rows_rescaled, sign_flipped, v_untransposed

E64 = EPS["float64"]


def near(W: Matrix) -> float:
    """Bound the distance of two computed factors of one full-rank matrix."""
    s = np.linalg.svd(W, compute_uv=False)
    return 2 * distance_bound(len(s), E64, s[0] / s[-1])


def active(W: Matrix) -> tuple[Matrix, Matrix]:
    """Return bases of the row and column spaces that W acts on."""
    U, s, Vh = np.linalg.svd(W)
    r = int(np.sum(s > max(W.shape) * E64 * s[0]))
    return U[:, :r], Vh[:r].T


@kills(
    qr={"polar_factor": qr_factor},
    rows={"polar_factor": rows_rescaled},
    untransposed={"polar_factor": v_untransposed},
    floor={"polar_factor": eps_floor},
)
@given(W=matrices(), rng=seeds())
def test_orthogonal_changes_of_basis_pass_through(lib, W: Matrix, rng: np.random.Generator) -> None:
    """polar(P W R) = P polar(W) R."""
    m, n = W.shape
    P, R = orthonormal(rng, m, m), orthonormal(rng, n, n)
    assert np.linalg.norm(lib.polar_factor(P @ W @ R) - P @ lib.polar_factor(W) @ R) <= near(W)


@kills(qr={"polar_factor": qr_factor}, flipped={"newton_schulz": lambda W, k: -fire_ref.newton_schulz(W, k)})
@given(W=matrices(full_rank=False), rng=seeds())
def test_on_the_active_subspace_also_rank_deficient(lib, W: Matrix, rng: np.random.Generator) -> None:
    m, n = W.shape
    P, R = orthonormal(rng, m, m), orthonormal(rng, n, n)
    U, V = active(W)
    s = np.linalg.svd(W, compute_uv=False)[: U.shape[1]]
    bound = 2 * distance_bound(min(m, n), E64, s[0] / s[-1])
    core = U.T @ lib.polar_factor(W) @ V
    assert np.linalg.norm(U.T @ P.T @ lib.polar_factor(P @ W @ R) @ R.T @ V - core) <= bound
    assert np.linalg.norm(U.T @ lib.polar_factor(W.T).T @ V - core) <= bound
    assert np.linalg.norm(U.T @ lib.newton_schulz(W, 60) @ V - core) <= bound


@kills(
    qr={"polar_factor": qr_factor},
    untransposed={"polar_factor": v_untransposed},
    rows={"polar_factor": rows_rescaled},
)
@given(W=matrices())
def test_the_factor_of_the_transpose_is_the_transpose(lib, W: Matrix) -> None:
    assert np.linalg.norm(lib.polar_factor(W.T) - lib.polar_factor(W).T) <= near(W)


@kills(floor={"polar_factor": eps_floor}, scaled={"polar_factor": lambda W: W})
@given(W=matrices(), c=st.floats(1e-6, 1e6))
def test_a_positive_scale_drops_out(lib, W: Matrix, c: float) -> None:
    assert np.linalg.norm(lib.polar_factor(c * W) - lib.polar_factor(W)) <= near(W)


@kills(
    k_steps={"polar_factor": five_steps},
    flipped={"polar_factor": sign_flipped},
    halved={"polar_factor": lambda W: W / 2},
)
@given(W=matrices(full_rank=False))
def test_idempotence(lib, W: Matrix) -> None:
    Q = lib.polar_factor(W)
    assert np.linalg.norm(lib.polar_factor(Q) - Q) <= 2 * residual_bound(min(W.shape), E64)


@kills(
    eps={"newton_schulz": lambda W, k: fire_ref.newton_schulz(W, k, eps=1e-8)},
    naive={"polar_factor": lambda W: fire_ref.polar_factor(W + 1e-100)},
)
@given(W=matrices(full_rank=False), k=st.integers(-1000, 1000), steps=st.integers(0, 12))
def test_powers_of_two_change_no_bit(lib, W: Matrix, k: int, steps: int) -> None:
    # Entries so small that 2^k would round them are not the claim: keep every entry a normal number.
    W = np.where(np.abs(W) < 2.0**-20, 1.0, W)
    scaled_up = np.ldexp(W, k)
    assert np.array_equal(lib.polar_factor(scaled_up), fire_ref.polar_factor(W))
    assert np.array_equal(lib.newton_schulz(scaled_up, steps), fire_ref.newton_schulz(W, steps))
