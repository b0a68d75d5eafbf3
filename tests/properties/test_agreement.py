"""Both solutions agree: by the exact predicted difference at every k, and in the limit of steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from ..killing import kills
from ..strategies import Matrix, matrices, seeds, with_spectrum
from .mutants import coefficient_typo, one_step_more, qr_factor, with_argument

SETS = sorted(fire_ref.COEFFICIENTS)
WRONG = {
    "one_step_more": {"newton_schulz": one_step_more},
    "typo": {"newton_schulz": coefficient_typo},
    "spectral": {"newton_schulz": with_argument(fire_ref.newton_schulz, normalization="spectral")},
    "eps": {"newton_schulz": with_argument(fire_ref.newton_schulz, eps=1e-3)},
}


def growth(steps: int, coefficients: str) -> float:
    """Bound how far any error is stretched: the product of the polynomials' largest slopes on [0, 1.3]."""
    x = np.linspace(0, 1.3, 2001)
    total = 1.0
    rows = fire_ref.COEFFICIENTS[coefficients]
    for step in range(steps):
        a, b, c = (*rows[min(step, len(rows) - 1)], 0.0)[:3]
        total *= max(1.0, float(np.abs(a + 3 * b * x**2 + 5 * c * x**4).max()))
    return total


@kills(**WRONG)
@given(W=matrices(), steps=st.integers(0, 12), coefficients=st.just("cubic"))
def test_the_iterate_is_its_closed_form(lib, W: Matrix, steps: int, coefficients: str) -> None:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    s = s / np.linalg.norm(s)
    p_k = fire_ref.spectral_response(s, steps, coefficients=coefficients)
    X = lib.newton_schulz(W, steps, coefficients=coefficients)
    assert np.linalg.norm(X - (U * p_k) @ Vh) <= iterate_bound(len(s), EPS["float64"], np.max(p_k / s))


@kills(step_forgotten={"newton_schulz": lambda W, steps, **kw: fire_ref.newton_schulz(W, steps - 1, **kw)})
@given(W=matrices(cond=30), steps=st.integers(1, 5), coefficients=st.sampled_from(SETS))
def test_every_coefficient_set_has_its_closed_form(lib, W: Matrix, steps: int, coefficients: str) -> None:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    p_k = fire_ref.spectral_response(s / np.linalg.norm(s), steps, coefficients=coefficients)
    X = lib.newton_schulz(W, steps, coefficients=coefficients)
    assert np.linalg.norm(X - (U * p_k) @ Vh) <= iterate_bound(len(s), EPS["float64"], growth(steps, coefficients))


@kills(
    **WRONG,
    qr={"polar_factor": qr_factor},
    other_dfi={"predict": lambda W, k: fire_ref.predict(W, k)._replace(dfi=fire_ref.predict(W, k + 1).dfi)},
    other_range={"predict": lambda W, k: fire_ref.predict(W, k)._replace(response_min=1.5)},
)
@given(W=matrices(), steps=st.integers(1, 12))
def test_distance_and_dfi_are_as_predicted(lib, W: Matrix, steps: int) -> None:
    """||X_k - Q||^2 = sum (1 - p_k)^2 and DfI(X_k) = sum (1 - p_k^2)^2."""
    X, Q = lib.newton_schulz(W, steps), lib.polar_factor(W)
    s = np.linalg.svd(W, compute_uv=False)
    foretold = lib.predict(W, steps)
    near = iterate_bound(len(s), EPS["float64"], 1.5**steps) + distance_bound(len(s), EPS["float64"], s[0] / s[-1])
    assert abs(np.linalg.norm(X - Q) - float(foretold.distance)) <= near
    assert abs(float(fire_ref.dfi(X)) - float(foretold.dfi)) <= 4 * len(s) ** 0.5 * near
    assert float(foretold.response_min) <= float(foretold.response_max) <= 1 + near


@kills(
    qr={"polar_factor": qr_factor},
    too_few={"newton_schulz": lambda W, steps, **kw: fire_ref.newton_schulz(W, 3)},
)
@given(W=matrices(cond=1e6))
def test_newton_schulz_converges_to_the_exact_factor(lib, W: Matrix) -> None:
    s = np.linalg.svd(W, compute_uv=False)
    k = fire_ref.steps_needed(W, tol=1e-9) + 1  # quadratic: one more squares 1e-9
    near = iterate_bound(len(s), EPS["float64"], s[0] * len(s) ** 0.5 / s[-1])
    near += distance_bound(len(s), EPS["float64"], s[0] / s[-1])
    assert np.linalg.norm(lib.newton_schulz(W, k) - lib.polar_factor(W)) <= near


@pytest.mark.parametrize(("dtype", "steps"), [("float64", 40), ("float32", 15)])
@kills(
    completed={"newton_schulz": lambda W, steps, **kw: fire_ref.polar_factor(W)},
    early={"newton_schulz": lambda W, steps, **kw: fire_ref.newton_schulz(W, 2)},
)
@given(rng=seeds(), m=st.integers(2, 10), n=st.integers(2, 10), data=st.data())
def test_rank_deficient_limits_are_sqrt_p_minus_r_apart(
    lib, dtype: str, steps: int, rng: np.random.Generator, m: int, n: int, data: st.DataObject
) -> None:
    """The SVD completes the null space, Newton-Schulz leaves it at zero; noise grows by 1.5 a step."""
    p = min(m, n)
    r = data.draw(st.integers(1, p - 1))
    s = np.where(np.arange(p) < r, np.linspace(1, 0.5, p), 0.0)
    W = with_spectrum(rng, m, n, s).astype(dtype)
    apart = np.linalg.norm(lib.newton_schulz(W, steps) - lib.polar_factor(W))
    noise = iterate_bound(p, EPS[dtype], 1.5**steps)
    # s >= 0.5 / sqrt(10), so four steps of at least 11/8 lift it above 1/2; from there the error squares.
    left = p**0.5 * (2 / 3) * (3 / 4) ** (2 ** (steps - 4))
    assert abs(apart - (p - r) ** 0.5) <= noise + left
    assert float(fire_ref.predict(W, steps).dfi) >= p - r


@kills(exact={"newton_schulz": lambda W, steps, **kw: fire_ref.polar_factor(W)})
@given(rng=seeds(), n=st.integers(30, 60))
def test_five_steps_move_an_orthogonal_matrix_away_from_isometry(lib, rng: np.random.Generator, n: int) -> None:
    Q = with_spectrum(rng, n, n, np.ones(n))
    response = float(fire_ref.spectral_response(n**-0.5, 5))
    after = float(fire_ref.dfi(lib.newton_schulz(Q, 5)))
    assert after > 0.01
    assert abs(after - n * (1 - response**2) ** 2) <= n * iterate_bound(n, EPS["float64"], 1.5**5)
