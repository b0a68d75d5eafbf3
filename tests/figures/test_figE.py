"""Figure E: every kernel with more than one tap, drawn where its numbers say."""

from __future__ import annotations

import numpy as np
import pytest

from figures import figE
from figures.catalogue import Data
from figures.kernels import SEEN
from figures.layers import layer
from figures.settings import Settings

from ..backends import available
from .boxes import drawn, faults


@pytest.fixture(scope="module")
def data() -> Data:
    return figE.compute(Settings())


def test_every_kernel_of_the_shipped_networks_is_there(data: Data) -> None:
    (rows,) = data["networks"].values()
    assert [(row["layer"], row["side"]) for row in rows] == [(name, side) for (_, name), side in SEEN.items()]
    assert data["without"] == ["digits-mlp"]
    assert "of the 3 kernels" in data["caption"]
    paid = {arm: sorted(row["sfe"][arm] for row in rows)[1] for arm in ("exact", "delta-orthogonal")}
    assert f"at a median SFE of {paid['delta-orthogonal']:.2f}; FIRE's is {paid['exact']:.2f}" in data["caption"]
    assert "digits-mlp has none" in data["caption"]
    spans = np.array([row["range"]["exact"] for row in rows])
    assert f"between {spans.min():.1g} c and {spans.max():.2g} c." in data["caption"]


def test_networks_without_kernels_are_refused(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    flat = [layer("minilm", "W", rng.standard_normal((3, 2))), layer("minilm", "V", rng.standard_normal((3, 2, 1, 1)))]
    monkeypatch.setattr(figE, "layers", lambda name, settings: flat)
    with pytest.raises(ValueError, match=r"more than one tap; got minilm\. Try --weights digits"):
        figE.compute(Settings(("minilm",)))


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    figure = drawn(figE, data)
    assert faults(figure) == []
    rows = data["networks"]["digits-conv"]
    for axes, of in zip(figure.axes, figE.TITLES, strict=True):
        dots = {line.get_label(): line for line in axes.lines if line.get_label() in figE.ARMS.values()}
        for arm in list(figE.ARMS)[of == "sfe" :]:
            np.testing.assert_array_equal(dots[figE.ARMS[arm]].get_xdata(), [row[of][arm] for row in rows])
            # The heading takes the first row.
            np.testing.assert_array_equal(dots[figE.ARMS[arm]].get_ydata(), [1, 2, 3])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "digits-conv",
        "conv1",
        "conv2",
        "conv3",
    ]


def test_the_picture_of_many_layers(data: Data, rng: np.random.Generator) -> None:
    available("matplotlib")
    rows = data["networks"]["digits-conv"]
    many = [
        rows[i % 3] | {"layer": f"stage{i}.block{i}.convolution.kernel", "range": dict.fromkeys(figE.ARMS)}
        for i in range(30)
    ]
    for row in many:
        row["sfe"] = {arm: 5 * rng.random() for arm in figE.ARMS}
    made: Data = {"networks": {"digits-conv": rows, "resnet50": many}, "without": ["digits-mlp", "minilm"]}
    figure = drawn(figE, made | {"caption": figE._caption(made)})
    assert faults(figure) == []
    assert "(of the 3 with up to 64 channels)" in figE._caption(made)
    assert len(figure.axes[2].lines[-1].get_xdata()) == 33
