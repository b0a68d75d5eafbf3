"""Weights and states as singular values, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.layout import parse
from fire_ref.operands import operand
from fire_ref.tolerances import EPS, residual_bound
from fire_ref.tradeoff.network import is_weight, layer, layers, spectrum

from ..backends import Backend
from ..strategies import with_spectrum


@pytest.mark.parametrize("shape", [(9, 5), (2, 3, 4, 5)])
def test_a_weight_taken_apart_and_rebuilt_is_itself(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal(shape), dtype)
        part = layer("f", "W", operand("f", "W", W), None, True)
        V = part.rebuilt(part.s, np.zeros(shape[:-2], dtype=bool))
        assert type(V) is type(W)
        assert V.dtype == W.dtype
        w = arrays.host(W)
        error = np.linalg.norm(arrays.host(V) - w, axis=(-2, -1)) / np.linalg.norm(w, axis=(-2, -1))
        assert error.max() <= residual_bound(5, EPS[dtype])


def test_the_singular_values_are_in_the_units_of_w_on_the_host(rng: np.random.Generator) -> None:
    W = np.stack([scale * with_spectrum(rng, 5, 3, np.array([4.0, 2.0, 1.0])) for scale in (1e-300, 1.0, 1e300)])
    s = layer("f", "W", operand("f", "W", W), None, True).s
    truth = np.array([4.0, 2.0, 1.0]) * np.array([[1e-300], [1.0], [1e300]])
    np.testing.assert_allclose(s, truth, rtol=4 * residual_bound(3, EPS["float64"]))  # s_1 / s_p = 4


def test_what_is_kept_comes_back_bit_for_bit_and_the_rest_does_not(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((3, 5, 4)), dtype)
        part = layer("f", "W", operand("f", "W", W), None, True)
        V = arrays.host(part.rebuilt(2 * part.s, np.array([True, False, True])))
        w = arrays.host(W)
        np.testing.assert_array_equal(V[::2], w[::2])
        assert np.linalg.norm(V[1] - 2 * w[1]) <= residual_bound(4, EPS[dtype]) * np.linalg.norm(2 * w[1])


def test_with_a_layout_every_tap_is_a_matrix_and_the_axes_come_back_in_place(
    rng: np.random.Generator,
) -> None:
    W = rng.standard_normal((2, 3, 5, 4))
    part = layer("f", "W", operand("f", "W", W), parse("f", "HWOI", W.shape), True)
    same = layer("f", "W", operand("f", "W", W.transpose(2, 3, 0, 1)), parse("f", None, (5, 4, 2, 3)), True)
    assert part.s.shape == (2, 3, 4)
    np.testing.assert_array_equal(part.s, same.s)
    kept = np.zeros((2, 3), dtype=bool)
    kept[1, 2] = True
    V = same.rebuilt(3 * same.s, kept)
    np.testing.assert_array_equal(V[:, :, 1, 2], W.transpose(2, 3, 0, 1)[:, :, 1, 2])
    error = np.linalg.norm(V[:, :, 0, 1] - 3 * W[0, 1])
    assert error <= residual_bound(4, EPS["float64"]) * np.linalg.norm(3 * W[0, 1])


def test_a_state_yields_its_floating_matrices_and_kernels_only(rng: np.random.Generator) -> None:
    state = {
        "linear": rng.standard_normal((4, 3)),
        "conv": rng.standard_normal((4, 3, 2, 2)).astype(np.float32),
        "conv3d": rng.standard_normal((4, 3, 2, 2, 2)),
        "bias": rng.standard_normal(4),
        "steps": np.array(7),
        "table": np.arange(6).reshape(2, 3),
        "mask": np.ones((2, 2), dtype=bool),
    }
    found = layers("f", "W", state, True)
    assert list(found) == ["linear", "conv", "conv3d"]
    assert [part.s.shape for part in found.values()] == [(3,), (2, 2, 3), (2, 2, 2, 3)]
    whole = spectrum(found)
    assert whole.shape == (3 + 12 + 24,)
    np.testing.assert_array_equal(whole[:3], found["linear"].s)


def test_a_kernel_with_three_axes_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"f: W\['conv1d'\] must have 2, 4 or 5 axes .* 'OIW' for a conv1d kernel"):
        layers("f", "W", {"conv1d": np.ones((2, 2, 3))}, True)


@pytest.mark.parametrize("state", [{}, {"bias": np.ones(3)}, {"steps": np.arange(4).reshape(2, 2)}])
def test_a_state_without_a_weight_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"f: W must hold at least one weight .* Try a matrix\."):
        layers("f", "W", state, True)


def test_nan_is_named_by_entry_and_index() -> None:
    state = {"fine": np.eye(2), "bad": np.array([[1.0, 2.0], [np.nan, 3.0]])}
    with pytest.raises(ValueError, match=r"f: W\['bad'\] must be finite; got nan at index \(1, 0\)"):
        layers("f", "W", state, True)


@pytest.mark.parametrize("value", [[[1.0, 2.0]], 3, None, "weights"])
def test_an_entry_that_is_no_array_is_refused_by_function_and_name(value: Any) -> None:
    with pytest.raises(TypeError, match=r"f: W\['odd'\] must"):
        layers("f", "W", {"linear": np.eye(2), "odd": value}, True)


def test_a_complex_weight_is_refused_and_not_passed_over() -> None:
    with pytest.raises(TypeError, match=r"W\['odd'\] must be real"):
        layers("f", "W", {"linear": np.eye(2), "odd": np.eye(2) * 1j}, True)


@pytest.mark.parametrize(
    ("value", "weight"),
    [
        (np.ones((2, 2)), True),
        (np.ones((2, 2), dtype=np.float16), True),
        (np.ones((2, 2), dtype=np.int64), False),
        (np.ones((2, 2), dtype=bool), False),
        (np.ones(3), False),
        (np.float64(1.0), False),
    ],
)
def test_a_weight_is_floating_and_has_two_axes_or_more(value: Any, weight: bool) -> None:
    assert is_weight("f", "W", value) is weight
