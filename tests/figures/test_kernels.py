"""Kernels: taps and operator, against the operator written out as a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures import kernels
from figures.layers import layer
from figures.networks import digits_conv
from fire_ref.weights import digits_conv as weights

EPS = float(np.finfo(np.float64).eps)


def circulant(kernel: np.ndarray[Any, Any], side: int) -> np.ndarray[Any, Any]:
    """Write the circular convolution on a side x side image out, entry by entry."""
    out, into, height, width = kernel.shape
    A = np.zeros((out, side, side, into, side, side))
    for x in range(side):
        for y in range(side):
            for i in range(height):
                for j in range(width):
                    A[:, x, y, :, (x + i) % side, (y + j) % side] += kernel[:, :, i, j]
    return A.reshape(out * side**2, into * side**2)


@pytest.mark.parametrize("shape", [(3, 2, 3, 3), (2, 3, 3, 2), (2, 2, 1, 3)])
@pytest.mark.parametrize("side", [2, 4, 5, 6])
def test_the_operator_is_the_matrix_written_out(rng: np.random.Generator, shape: tuple[int, ...], side: int) -> None:
    kernel = layer("made", "W", rng.standard_normal(shape))
    found = kernels.measured(kernel, side)
    gain = (shape[0] / shape[1]) ** 0.5
    for arm, V in kernels.arms(kernel).items():
        s = np.linalg.svd(circulant(V, side), compute_uv=False) / gain
        # Each s is right to eps |A|, by the SVD; so is s^2 - 1 to eps |A| (s + 1), over some 50 values.
        room = 50 * EPS * (1 + s.max()) ** 4
        assert found["operator"][arm] == pytest.approx(np.mean((s**2 - 1) ** 2), abs=room)
        assert found["range"][arm] == pytest.approx([s.min(), s.max()], abs=room)


@pytest.mark.parametrize("shape", [(4, 3, 3, 3), (3, 4, 3, 3), (3, 3, 2, 2)])
def test_fire_makes_taps_isometries_and_not_the_operator(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    # Inputs of unequal size, so that ten steps are too few.
    W = rng.standard_normal(shape) * np.logspace(0, -3, shape[1])[:, None, None]
    found = kernels.measured(layer("made", "W", W), 5)
    area, zero = shape[2] * shape[3], (50 * EPS) ** 2
    assert found["taps"]["exact"] < zero < found["taps"]["k = 10"]
    # The mean of s^2 is 1 / area, so that of (s^2 - 1)^2 is no less than this.
    assert found["operator"]["exact"] > (1 - 1 / area) ** 2
    assert found["operator"]["delta-orthogonal"] < zero
    assert found["range"]["delta-orthogonal"] == pytest.approx([1, 1])
    # Its centre tap is an isometry times the area, and the others are zero.
    assert found["taps"]["delta-orthogonal"] == pytest.approx(((area**2 - 1) ** 2 + area - 1) / area)


def test_the_delta_orthogonal_kernel_is_the_nearest(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 2, 3, 3))
    kernel = layer("made", "W", W)
    centre, c = W[:, :, 1, 1], (3 / 2) ** 0.5
    s = np.linalg.svd(centre, compute_uv=False)
    # Orthogonal Procrustes: the least ||centre - c Q||^2 is sum (s - c)^2; all other taps are lost.
    least = np.sum((s - c) ** 2) + np.sum(W**2) - np.sum(centre**2)
    assert kernels.measured(kernel, 5)["sfe"]["delta-orthogonal"] == pytest.approx(least / np.sum(W**2))
    assert np.count_nonzero(kernels.arms(kernel)["delta-orthogonal"]) == centre.size


def test_the_price_of_fire_is_paid_tap_by_tap(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 2, 3, 3)) * np.array([1, 1e-3])[:, None, None]
    s = np.linalg.svd(W.transpose(2, 3, 0, 1), compute_uv=False)
    paid = np.sum((s - (3 / 2) ** 0.5 / 9) ** 2) / np.sum(W**2)
    found = kernels.measured(layer("made", "W", W), 5)
    assert found["sfe"]["exact"] == pytest.approx(paid)
    assert found["sfe"]["W"] == 0
    steps = s / np.linalg.norm(s, axis=-1, keepdims=True)
    for _ in range(10):
        steps = 1.5 * steps - 0.5 * steps**3
    paid = np.sum((s - (3 / 2) ** 0.5 / 9 * steps) ** 2) / np.sum(W**2)
    assert found["sfe"]["k = 10"] == pytest.approx(paid)


def test_a_single_tap_is_its_operator(rng: np.random.Generator) -> None:
    found = kernels.measured(layer("made", "W", rng.standard_normal((4, 3, 1, 1))), 3)
    for arm in found["taps"]:
        assert found["operator"][arm] == pytest.approx(found["taps"][arm], rel=50 * EPS, abs=(50 * EPS) ** 2)
    assert found["sfe"]["delta-orthogonal"] == pytest.approx(found["sfe"]["exact"])


@pytest.mark.parametrize("k", [2, 3, 4])
def test_from_the_grid_on_the_side_changes_nothing(rng: np.random.Generator, k: int) -> None:
    kernel = layer("made", "W", rng.standard_normal((3, 2, k, k)))
    side = kernels.grid(kernel)
    assert side == 2 * k - 1
    found = kernels.measured(kernel, side)["operator"]
    assert kernels.measured(kernel, side + 4)["operator"] == pytest.approx(found, rel=50 * EPS, abs=(50 * EPS) ** 2)
    assert kernels.measured(kernel, side - 1)["operator"]["W"] != pytest.approx(found["W"], rel=1e-6)


def test_the_grids_are_what_the_layers_see() -> None:
    inputs, _, _ = digits_conv.forward(weights(), np.zeros((1, 64)))
    seen = {("digits-conv", f"{name}.weight"): inputs[name].shape[1] for name in digits_conv.CHANNELS}
    assert seen == kernels.SEEN
