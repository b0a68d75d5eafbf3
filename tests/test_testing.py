from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.testing import assert_fire, assert_newton_schulz, assert_polar

from .backends import Backend
from .conformance.mutants import ns, polar


def test_the_polar_factor_is_accepted_on_every_backend(arrays: Backend, rng: np.random.Generator) -> None:
    W = arrays.make(rng.standard_normal((2, 7, 4)))
    assert_polar(W, fire_ref.polar_factor(W))
    with pytest.raises(AssertionError, match="Q is not the polar factor of W"):
        assert_polar(W, fire_ref.newton_schulz(W, 3))


def test_the_message_names_the_mistake(rng: np.random.Generator) -> None:
    W = rng.standard_normal((12, 8))
    with pytest.raises(AssertionError, match=r"WRONG_STEPS: k = 9; declared k = 10"):
        assert_newton_schulz(W, ns(W, 9))
    with pytest.raises(AssertionError, match="WRONG_FACTOR_QR"):
        assert_polar(W, np.linalg.qr(W)[0])
    with pytest.raises(AssertionError, match="LAYOUT_IN_OUT"):
        assert_fire(W, ns(W) * np.sqrt(8 / 12))


def test_coefficients_normalisation_and_eps_are_those_given(rng: np.random.Generator) -> None:
    W = rng.standard_normal((12, 8))
    given = {"coefficients": "muon", "normalization": "spectral", "eps": 0.01}
    X = fire_ref.newton_schulz(W, 5, **given)
    assert_newton_schulz(W, X, 5, **given)
    with pytest.raises(AssertionError):
        assert_newton_schulz(W, X, 5, coefficients="muon", normalization="spectral")
    with pytest.raises(AssertionError):
        assert_newton_schulz(W, X, 5, coefficients="muon", eps=0.01)


def test_a_layout_is_read(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 3, 4, 8))
    V = fire_ref.fire(W, method="newton-schulz", layout="HWIO")
    assert_fire(W, V, layout="HWIO")
    with pytest.raises(AssertionError):
        assert_fire(W, V)
    assert_fire(W[0, 0], fire_ref.fire(W[0, 0], method="newton-schulz", layout="IO", eps=1e-8), "official-sac")


def test_float32_of_a_float64_truth_is_accepted(rng: np.random.Generator) -> None:
    W = rng.standard_normal((30, 20)).astype(np.float32)
    assert_polar(W, polar(W))
    assert_newton_schulz(W, ns(W))


def test_what_says_nothing_is_no_pass(rng: np.random.Generator) -> None:
    import ml_dtypes

    W = (np.linalg.qr(rng.standard_normal((40, 40)))[0] * np.geomspace(1, 1e-6, 40)).astype(ml_dtypes.bfloat16)
    X = np.zeros_like(W)
    with pytest.raises(AssertionError):
        assert_newton_schulz(W, X, 20)


def test_nan_is_no_answer(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    with pytest.raises(AssertionError, match="Q is not the polar factor"):
        assert_polar(W, W * np.nan)


def test_the_traceback_ends_in_the_callers_test() -> None:
    for function in (assert_polar, assert_newton_schulz, assert_fire):
        assert "__tracebackhide__" in function.__code__.co_varnames


def test_misuse_is_no_assertion(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    with pytest.raises(ValueError, match="assert_fire: dialect must be one of"):
        assert_fire(W, W, "oficial")
    with pytest.raises(ValueError, match="assert_newton_schulz: steps must be"):
        assert_newton_schulz(W, W, -1)
    with pytest.raises(TypeError, match="assert_polar: Q must be"):
        assert_polar(W, W + 1j)
