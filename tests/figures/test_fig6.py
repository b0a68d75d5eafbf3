"""Figure 6: what is measured is what the closed form foretells, to the contract's bound."""

from __future__ import annotations

import numpy as np
import pytest

from figures import fig6
from figures.catalogue import Data
from figures.layers import layer
from figures.settings import Settings
from fire_ref.tolerances import iterate_bound

from ..backends import available
from .boxes import drawn, faults

STEPS = 6


@pytest.fixture(scope="module")
def data() -> Data:
    return fig6.compute(Settings(), steps=STEPS)


def test_the_iterates_are_what_was_foretold(rng: np.random.Generator) -> None:
    W = rng.standard_normal((12, 8)).astype(np.float32)
    one = fig6.follow(layer("made", "W", W), STEPS)
    # An error E of the iterate moves the root of SFE by c |E| and that of DfI by (2 + |E|) |E|, as |X|_2 <= 1.
    error = iterate_bound(8, float(np.finfo(np.float32).eps), 1.5**STEPS)
    gain, norm = (12 / 8) ** 0.5, float(np.linalg.norm(W.astype(float)))
    room = {"sfe": gain * error / norm, "dfi": (2 + error) * error / 8**0.5}
    for of in fig6.MEASURES:
        gap = np.abs(np.sqrt(one["measured"][of]) - np.sqrt(one["predicted"][of]))
        assert gap.max() <= room[of]


def test_an_orthogonal_matrix_follows_the_scalar_map() -> None:
    n, x = 16, 0.25  # every singular value of I / ||I||_F
    one = fig6.follow(layer("made", "I", np.eye(n)), 2)
    for k in range(3):
        assert one["measured"]["dfi"][k] == pytest.approx((1 - x * x) ** 2)
        assert one["measured"]["sfe"][k] == pytest.approx((1 - x) ** 2)
        x = 1.5 * x - 0.5 * x**3
    assert one["before"] == pytest.approx(0.0)


def test_a_kernel_counts_every_tap(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 2))
    whole = fig6.follow(layer("made", "W", W), 1)
    size = np.sum(W**2)
    taps = [fig6.follow(layer("made", "W", W[:, :, i, j]), 1) for i in range(2) for j in range(2)]
    assert whole["measured"]["dfi"][1] == pytest.approx(np.mean([tap["measured"]["dfi"][1] for tap in taps]))
    # The gain of a tap is a quarter of the matrix's own.
    X = [tap / np.linalg.norm(tap) for tap in W.transpose(2, 3, 0, 1).reshape(4, 4, 3)]
    paid = sum(np.sum((W[:, :, i // 2, i % 2] - (4 / 3) ** 0.5 / 4 * X[i]) ** 2) for i in range(4))
    assert whole["measured"]["sfe"][0] == pytest.approx(paid / size)


def test_every_layer_of_the_shipped_networks_is_there(data: Data) -> None:
    assert {name: len(one["layers"]) for name, one in data["networks"].items()} == {"digits-mlp": 3, "digits-conv": 4}
    assert data["apart"] < 1e-6
    assert f"{data['apart']:.0e}" in data["caption"]


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    from matplotlib.collections import PolyCollection

    figure = drawn(fig6, data)
    assert faults(figure) == []
    left, right = figure.axes
    dots = [line for line in right.lines if line.get_marker() == "o"]
    every = np.concatenate([one["measured"]["dfi"] for one in data["networks"].values()])
    np.testing.assert_array_equal(dots[1].get_ydata(), np.median(every, axis=0))
    assert left.get_ylim()[0] == 0
    (band,) = (one for one in right.collections if isinstance(one, PolyCollection))
    heights = band.get_paths()[0].vertices[:, 1]
    predicted = np.concatenate([one["predicted"]["dfi"] for one in data["networks"].values()])
    low, high = np.percentile(predicted, [10, 90], axis=0)
    assert np.max(heights) == pytest.approx(np.max(high))
    assert np.min(heights) == pytest.approx(np.min(low))
