"""What the theorems are asked about is a finite float64 matrix on the host, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.theory.inputs import gain_of, layers, matrix, norm, root_dfi, samples, spectral

from ..backends import HALF, available


def test_every_library_and_dtype_becomes_float64_on_the_host() -> None:
    for dtype in (np.float16, np.float32, np.int64, HALF["bfloat16"]):
        found = matrix("f", "W", np.eye(2, dtype=dtype))
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, np.eye(2))


def test_a_torch_weight_with_a_graph_is_read() -> None:
    torch = available("torch")
    assert matrix("f", "W", torch.eye(2, requires_grad=True)).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (np.ones(3), ValueError, "W must"),
        (np.ones((2, 2, 2)), ValueError, "one matrix"),
        (np.ones((0, 2)), ValueError, "W must"),
        (np.array([[np.nan]]), ValueError, "finite"),
        (np.array([[np.inf]]), ValueError, "finite"),
        (np.array([[1j]]), TypeError, "real"),
        ("W", TypeError, "W must"),
    ],
)
def test_what_is_no_finite_matrix_is_refused(value: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        matrix("f", "W", value)


def test_layers_must_follow_each_other() -> None:
    assert len(layers("f", "weights", [np.ones((3, 2)), np.ones((4, 3))])) == 2
    with pytest.raises(ValueError, match=r"weights\[1\] must take the 3 outputs"):
        layers("f", "weights", [np.ones((3, 2)), np.ones((4, 2))])
    for nothing in ([], np.ones((2, 2)), None):
        with pytest.raises(TypeError, match="list of weights"):
            layers("f", "weights", nothing)  # type: ignore[arg-type]  # on purpose


def test_samples_fit_the_layer() -> None:
    assert samples("f", "X", np.ones((5, 2)), 2).shape == (5, 2)
    with pytest.raises(ValueError, match="2 columns"):
        samples("f", "X", np.ones((5, 3)), 2)


def test_the_gain_is_fan_unless_told_and_positive() -> None:
    assert gain_of("f", None, np.ones((8, 2))) == 2
    assert gain_of("f", 3.0, np.ones((8, 2))) == 3
    with pytest.raises(ValueError, match="gain"):
        gain_of("f", -1.0, np.ones((8, 2)))


def test_a_norm_that_leaves_the_range_is_inf_without_a_warning() -> None:
    assert norm(np.full((2, 2), 1.7e308)) == np.inf
    assert norm(np.full((2, 2), 1e300)) == 2e300
    assert norm(np.full((2, 2), 1e-300)) == 2e-300
    assert norm(np.zeros((2, 2))) == 0


def test_the_root_of_dfi_is_that_of_the_short_side() -> None:
    assert root_dfi(np.diag([4.0, 2.0]), 2.0) == 3
    assert root_dfi(np.ones((1, 4)), 1.0) == 3


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_the_spectral_norm_has_every_scale(scale: float) -> None:
    assert spectral(scale * np.diag([2.0, 3.0])) == pytest.approx(3 * scale)
    assert spectral(np.zeros((2, 3))) == 0
