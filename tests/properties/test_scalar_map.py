"""The cubic's scalar map f(s) = 1.5 s - 0.5 s^3: identity, bounds, basin, step counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS

from ..killing import kills
from ..strategies import with_spectrum
from .mutants import with_argument

ULP = 4 * EPS["float64"]  # four operations of order 1
response = fire_ref.spectral_response
WRONG = {
    "typo": {"spectral_response": with_argument(response, coefficients=(1.5, -0.45))},
    "quintic": {"spectral_response": with_argument(response, coefficients="quintic")},
    "twice": {"spectral_response": lambda s, k: response(s, 2 * k)},
}


@kills(**WRONG)
@given(s=st.floats(0, 2))
def test_one_minus_f_factors(lib, s: float) -> None:
    """1 - f(s) = (1 - s)^2 (2 + s) / 2."""
    assert abs(1 - float(lib.spectral_response(s, 1)) - (1 - s) ** 2 * (2 + s) / 2) <= ULP * 4


@kills(
    typo={"spectral_response": with_argument(response, coefficients=(1.6, -0.5))},
    none={"spectral_response": lambda s, k: 0.9 * s},
)
@given(s=st.floats(1e-300, 1))
def test_between_zero_and_one_f_grows_and_stays_below_one(lib, s: float) -> None:
    """s <= f(s) <= 1 and 1 - f(s) <= 1.5 (1 - s)^2; f(s) >= 11/8 s for s <= 1/2."""
    f = float(lib.spectral_response(s, 1))
    assert s * (1 - ULP) <= f <= 1 + ULP
    assert 1 - f <= 1.5 * (1 - s) ** 2 + ULP
    if s <= 0.5:
        assert f >= 11 / 8 * s * (1 - ULP)


@kills(muon={"spectral_response": with_argument(response, coefficients="muon")})
@given(s=st.floats(0, 1), t=st.floats(0, 1))
def test_f_is_monotone_on_the_unit_interval(lib, s: float, t: float) -> None:
    low, high = sorted((s, t))
    assert float(lib.spectral_response(low, 1)) <= float(lib.spectral_response(high, 1)) + ULP


@kills(muon={"spectral_response": with_argument(response, coefficients="muon")}, typo=WRONG["typo"])
@given(square=st.floats(1e-12, 3, exclude_max=True))
def test_the_basin_is_squares_below_three(lib, square: float) -> None:
    """0 < s^2 < 3 maps into (0, 1]; just beyond, the sign flips."""
    assert 0 < float(lib.spectral_response(math.sqrt(square), 1)) <= 1 + ULP or square > 3 * (1 - ULP)
    assert float(lib.spectral_response(math.sqrt(3) * 1.001, 1)) < 0
    assert float(lib.spectral_response(2.0, 40)) == pytest.approx(-1)


@kills(typo={"spectral_response": with_argument(response, coefficients=(1.3, -0.3))})
@given(s=st.floats(1e-12, 1), after=st.integers(0, 5))
def test_the_step_count_reaches_every_tolerance(lib, s: float, after: int) -> None:
    """1/2 <= (11/8)^k1 s implies 1 - f^(k1+k2)(s) <= (2/3) (3/4)^(2^k2)."""
    before = max(0, math.ceil(math.log(0.5 / s) / math.log(11 / 8)))
    assert 1 - float(lib.spectral_response(s, before + after)) <= (2 / 3) * (3 / 4) ** (2**after) + ULP


@kills(off_by_two={"steps_needed": lambda W, tol: fire_ref.steps_needed(W, tol=tol) + 2})
@given(exponent=st.floats(0.5, 10))
def test_steps_to_a_thousandth_follow_the_logarithm(lib, exponent: float) -> None:
    """About log_1.5(||W||_F / s_min) + 2.6 steps reach 0.999."""
    W = with_spectrum(np.random.default_rng(0), 6, 4, np.geomspace(1, 10**-exponent, 4))
    s = np.linalg.svd(W, compute_uv=False)
    estimate = math.log(np.linalg.norm(s) / s[-1], 1.5) + 2.6
    assert abs(lib.steps_needed(W, tol=1e-3) - estimate) <= 1.5


@kills(diverges={"newton_schulz": with_argument(fire_ref.newton_schulz, normalization="none")})
@given(scale=st.floats(3, 300), exponent=st.floats(1, 15))
def test_ill_conditioning_slows_newton_schulz_and_never_makes_it_diverge(lib, scale: float, exponent: float) -> None:
    W = scale * with_spectrum(np.random.default_rng(1), 8, 8, np.geomspace(1, 10**-exponent, 8))
    for X in (lib.newton_schulz(W, k) for k in (1, 5, 20, 60)):
        assert np.linalg.norm(X, 2) <= 1 + 1e3 * EPS["float64"]


@kills(one_more={"steps_needed": lambda W, tol: fire_ref.steps_needed(W, tol=tol) + 1})
def test_condition_1e8_needs_49_steps(lib) -> None:
    W = np.diag([1.0, 1e-8])
    s = np.diag(W) / np.linalg.norm(W)
    needed = lib.steps_needed(W, tol=1e-3)
    assert 1 - response(s, needed).min() <= 1e-3 < 1 - response(s, needed - 1).min()
    assert needed in (48, 49)
