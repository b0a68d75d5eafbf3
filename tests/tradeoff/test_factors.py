"""A weight taken apart and put together again."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.layout import parse
from fire_ref.operands import operand
from fire_ref.tolerances import EPS, residual_bound
from fire_ref.tradeoff.factors import factors

from ..backends import Backend
from ..strategies import with_spectrum


@pytest.mark.parametrize("shape", [(9, 5), (2, 3, 4, 5)])
def test_a_weight_taken_apart_and_rebuilt_is_itself(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal(shape), dtype)
        part = factors("f", "W", operand("f", "W", W), None, True)
        V = part.rebuilt(part.spectrum.scaled, np.zeros(shape[:-2], dtype=bool), scaled=True)
        assert type(V) is type(W)
        assert V.dtype == W.dtype
        w = arrays.host(W)
        error = np.linalg.norm(arrays.host(V) - w, axis=(-2, -1)) / np.linalg.norm(w, axis=(-2, -1))
        assert error.max() <= residual_bound(5, EPS[dtype])


def test_the_singular_values_are_in_the_units_of_w_on_the_host(rng: np.random.Generator) -> None:
    W = np.stack([scale * with_spectrum(rng, 5, 3, np.array([4.0, 2.0, 1.0])) for scale in (1e-300, 1.0, 1e300)])
    s = factors("f", "W", operand("f", "W", W), None, True).spectrum.restored
    truth = np.array([4.0, 2.0, 1.0]) * np.array([[1e-300], [1.0], [1e300]])
    np.testing.assert_allclose(s, truth, rtol=4 * residual_bound(3, EPS["float64"]))  # s_1 / s_p = 4


def test_what_is_kept_comes_back_bit_for_bit_and_the_rest_does_not(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((3, 5, 4)), dtype)
        part = factors("f", "W", operand("f", "W", W), None, True)
        V = arrays.host(part.rebuilt(2 * part.spectrum.scaled, np.array([True, False, True]), scaled=True))
        w = arrays.host(W)
        np.testing.assert_array_equal(V[::2], w[::2])
        assert np.linalg.norm(V[1] - 2 * w[1]) <= residual_bound(4, EPS[dtype]) * np.linalg.norm(2 * w[1])


def test_with_a_layout_every_tap_is_a_matrix_and_the_axes_come_back_in_place(
    rng: np.random.Generator,
) -> None:
    W = rng.standard_normal((2, 3, 5, 4))
    part = factors("f", "W", operand("f", "W", W), parse("f", "HWOI", W.shape), True)
    same = factors("f", "W", operand("f", "W", W.transpose(2, 3, 0, 1)), parse("f", None, (5, 4, 2, 3)), True)
    assert part.spectrum.scaled.shape == (2, 3, 4)
    np.testing.assert_array_equal(part.spectrum.restored, same.spectrum.restored)
    kept = np.zeros((2, 3), dtype=bool)
    kept[1, 2] = True
    V = same.rebuilt(3 * same.spectrum.scaled, kept, scaled=True)
    np.testing.assert_array_equal(V[:, :, 1, 2], W.transpose(2, 3, 0, 1)[:, :, 1, 2])
    error = np.linalg.norm(V[:, :, 0, 1] - 3 * W[0, 1])
    assert error <= residual_bound(4, EPS["float64"]) * np.linalg.norm(3 * W[0, 1])


def test_values_in_the_units_of_w_are_taken_as_they_are(rng: np.random.Generator) -> None:
    W = 1e-300 * rng.standard_normal((5, 3))
    part = factors("f", "W", operand("f", "W", W), None, True)
    twice = part.rebuilt(np.full(3, 2.0), np.array(False), scaled=False)
    assert np.linalg.norm(twice - 2 * part.U @ part.Vh) <= 2 * residual_bound(3, EPS["float64"])
