"""Singular values on the host: scaled, restored and normalised at any magnitude."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.operands import operand
from fire_ref.spectrum import Spectrum, singular_values
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend
from .strategies import with_spectrum

S = np.array([4.0, 2.0, 1.0])


def spectrum(W: object) -> Spectrum:
    return singular_values("f", "W", w := operand("f", "W", W), w.array, check=True)


@pytest.mark.parametrize("shape", [(6, 3), (3, 6), (3, 3)])
def test_they_are_the_singular_values_in_double_precision_on_the_host(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, int]
) -> None:
    W = arrays.make(with_spectrum(rng, *shape, S), arrays.widest)
    s = spectrum(W).restored
    assert isinstance(s, np.ndarray)
    assert s.dtype == np.float64
    # Backward stable, relative to the largest (Weyl); the matrix itself was rounded once.
    assert np.abs(s - S).max() <= 2 * residual_bound(3, EPS[arrays.widest]) * S.max()


@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1.0, 1e300])
def test_the_scale_is_restored_after_the_decomposition(rng: np.random.Generator, scale: float) -> None:
    s = spectrum(with_spectrum(rng, 5, 3, S) * scale).restored
    # Below 2^-1022 the entries of W are multiples of 2^-1074.
    slack = residual_bound(3, EPS["float64"]) * S.max() + 15 * 5e-324 / scale
    assert np.abs(s / scale - S).max() <= slack


def test_a_power_of_two_changes_the_scale_and_nothing_else(rng: np.random.Generator) -> None:
    W = rng.integers(-16, 17, (5, 3)).astype(np.float64)
    for k in (-1000, 1000):
        np.testing.assert_array_equal(spectrum(np.ldexp(W, k)).restored, np.ldexp(spectrum(W).restored, k))
        for normalization in ("frobenius", "spectral"):
            np.testing.assert_array_equal(
                spectrum(np.ldexp(W, k)).normalised(normalization), spectrum(W).normalised(normalization)
            )


def test_a_value_beyond_the_range_is_restored_as_inf() -> None:
    assert spectrum(np.full((4, 4), 1.5e308)).restored[0] == np.inf


def test_each_normalisation_divides_by_its_own_norm() -> None:
    found = spectrum(np.diag([3.0, 4.0]))
    slack = 2 * EPS["float64"]  # a norm and a division
    assert np.abs(found.normalised("frobenius") - [0.8, 0.6]).max() <= slack
    assert found.normalised("spectral").tolist() == [1.0, 0.75]
    assert found.normalised("none").tolist() == [4.0, 3.0]


@pytest.mark.parametrize("scale", [2.0**-1000, 1.0, 2.0**900])
def test_eps_is_in_the_units_of_w(scale: float) -> None:
    found = spectrum(scale * np.diag([3.0, 4.0]))
    slack = 3 * EPS["float64"]  # a norm, a sum and a division
    assert np.abs(found.normalised("frobenius", 5.0 * scale) - [0.4, 0.3]).max() <= slack
    assert np.abs(found.normalised("spectral", 4.0 * scale) - [0.5, 0.375]).max() <= slack


def test_the_rank_rule_is_independent_of_the_scale() -> None:
    W = np.diag([1.0, 1e-3, 1e-9])
    for scale in (1e-300, 1.0, 1e300):
        assert spectrum(scale * W).counted(1e-6).tolist() == [True, True, False]


def test_a_stack_has_one_spectrum_per_matrix_each_at_its_own_scale(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 5, 4)) * np.array([1e300, 1.0, 1e-300])[:, None, None]
    found = spectrum(W)
    assert found.restored.shape == found.normalised("frobenius").shape == (2, 3, 4)
    for i in np.ndindex(2, 3):
        np.testing.assert_array_equal(found.restored[i], spectrum(W[i]).restored)


def test_half_precision_is_decomposed_in_double(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 6, 3, S).astype(np.float16)
    truth = np.linalg.svd(W.astype(np.float64))[1]
    assert np.abs(spectrum(W).restored - truth).max() <= 2 * residual_bound(3, EPS["float64"]) * S.max()


def test_a_zero_matrix_is_allowed_unless_the_caller_says_otherwise() -> None:
    assert spectrum(np.zeros((3, 2))).restored.tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match=r"f: W must be nonzero; got a zero matrix\. Try a hat"):
        singular_values("f", "W", operand("f", "W", np.zeros((3, 2))), np.zeros((3, 2)), check=True, nonzero="a hat")


def test_nan_is_named() -> None:
    with pytest.raises(ValueError, match=r"f: W must be finite; got nan at index \(0, 1\)"):
        spectrum([[1.0, float("nan")]])
