"""Figure 5b: every point where its method puts it, none below the front, the curvature below its bounds."""

from __future__ import annotations

import copy
import sys

import numpy as np
import pytest

from figures import fig5b, methods, plane, style
from figures.catalogue import Data
from figures.fresh import start
from figures.layers import layers
from figures.settings import Settings
from fire_ref import MissingExtraError, dfi, front, sfe

from ..backends import available
from .boxes import drawn, faults

SETTINGS = Settings()


@pytest.fixture(scope="module")
def data() -> Data:
    available("sklearn")
    return fig5b.compute(SETTINGS, steps=10, shares=(0.0, 0.5, 1.0), points=11)


def named(network: Data, method: str) -> Data:
    (found,) = (move for move in network["moves"] if move["method"] == method)
    return found


@pytest.mark.parametrize("name", ["digits-mlp", "digits-conv"])
def test_points_are_where_the_methods_put_them(data: Data, name: str) -> None:
    rows, network = layers(name, SETTINGS), data["networks"][name]
    exact = [methods.exact(one) for one in rows]
    assert named(network, "exact")["sfe"] == pytest.approx(
        sum(np.sum((V.astype(float) - one.matrices) ** 2) for one, V in zip(rows, exact, strict=True))
    )
    assert named(network, "W")["sfe"] == 0
    assert network["size"] == pytest.approx(sum(np.sum(one.tensor.astype(float) ** 2) for one in rows))
    # Full reset, by its own definition.
    begun = start(name).state
    reset = named(network, "full reset")
    assert reset["sfe"] == pytest.approx(sum(float(sfe(one.tensor, begun[one.name]).sum()) for one in rows))
    taps = [begun[one.name].reshape(*begun[one.name].shape[:2], -1).transpose(2, 0, 1) for one in rows]
    assert reset["dfi"] == pytest.approx(
        sum(float(dfi(V, gain=one.gain).sum()) for one, V in zip(rows, taps, strict=True))
    )


def test_no_point_lies_below_the_front(data: Data) -> None:
    for network in data["networks"].values():
        for move in network["moves"]:
            # What is placed is rounded to float32, the front is not.
            assert move["sfe"] >= move["least_sfe"] - np.finfo(np.float32).eps * network["size"]
    above = named(data["networks"]["digits-mlp"], "k = 5")
    assert above["sfe"] > 1.5 * above["least_sfe"]


def test_points_on_the_front_are_on_it(data: Data) -> None:
    moves = [move for move in data["networks"]["digits-mlp"]["moves"] if move["method"] == "front"]
    assert len(moves) == 4
    for move in moves:
        assert move["sfe"] == pytest.approx(move["least_sfe"], rel=1e-4, abs=1e-6)


def test_the_front_of_one_layer_with_its_gain_is_the_librarys(data: Data) -> None:
    del data
    one = layers("digits-mlp", SETTINGS)[1]  # square, gain 1
    curve = front(one.matrices[0], points=5)
    spectrum = np.linalg.svd(one.matrices[0].astype(float), compute_uv=False)
    network = fig5b.spectra_of([(spectrum, 1.0)])
    for least, at in zip(curve.sfe[:-1], curve.dfi[:-1], strict=True):
        assert fig5b.least_sfe(network, float(at)) == pytest.approx(float(least), rel=1e-6, abs=1e-9)


def test_shrink_and_perturb_by_nothing_is_nothing(data: Data) -> None:
    for network in data["networks"].values():
        assert named(network, "shrink and perturb 0")["sfe"] == 0
        assert named(network, "shrink and perturb 0")["dfi"] == pytest.approx(named(network, "W")["dfi"])


def test_the_curvature_stays_below_its_bounds_and_the_trained_one_is_finite(data: Data) -> None:
    for move in data["networks"]["digits-mlp"]["moves"]:
        assert 0 < move["curvature"] <= move["sharper"] <= move["theorem"]
    assert "curvature" not in data["networks"]["digits-conv"]["moves"][0]


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    figure = drawn(fig5b, data)
    assert faults(figure) == []
    network = data["networks"]["digits-conv"]
    (line,) = (one for one in figure.axes[2].lines if one.get_label() == "exact front")
    np.testing.assert_allclose(np.multiply(line.get_ydata(), network["count"]), network["front"]["dfi"])
    dots = {one.get_label(): one for one in figure.axes[2].lines}
    assert dots["muon"].get_xdata()[0] == pytest.approx(named(network, "muon")["sfe"] / network["size"])
    assert dots["muon"].get_color() == style.COLOURS["muon"]


def test_prices_and_bounds_are_drawn_where_they_are(data: Data) -> None:
    available("matplotlib")
    figure = drawn(fig5b, data)
    network = data["networks"]["digits-mlp"]
    prices, limits = figure.axes[1], figure.axes[5]
    for axes, methods_of, keys, size in (
        (prices, plane.SHOWN[1:], ("least_sfe", "sfe"), network["size"]),
        (limits, plane.SHOWN, ("curvature", "theorem"), 1.0),
    ):
        bars = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
        wanted = [[named(network, method)[key] / size for key in keys] for method in methods_of]
        np.testing.assert_allclose(bars[: len(wanted)], wanted)
    ticks = [line.get_xdata()[0] for line in limits.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(ticks[0], named(network, "W")["sharper"])
    arrows = [line.get_xdata()[0] for line in limits.lines if line.get_marker() == ">"]
    np.testing.assert_allclose(arrows[0], named(network, "W")["theorem"])


def test_the_curvature_is_that_of_the_training_images(data: Data) -> None:
    from sklearn.datasets import load_digits

    rows = layers("digits-mlp", SETTINGS)
    digits = load_digits()
    images, labels = digits.data[:1437] / 16, digits.target[:1437]
    weights = [one.matrices[0].astype(float) for one in rows]
    network = fig5b.Network(weights, [fig5b.network_bias(one.name) for one in rows], images, labels)
    assert named(data["networks"]["digits-mlp"], "W")["curvature"] == pytest.approx(fig5b.top_eigenvalue(network))
    assert "its 1437 training images" in data["caption"]


def test_without_the_digits_mlp_there_is_no_word_of_curvature(data: Data) -> None:
    assert "curvature" not in fig5b._caption({"digits-conv": data["networks"]["digits-conv"]})
    assert "curvature" in data["caption"]


def test_without_scikit_learn_the_extra_is_named_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setattr(fig5b, "layers", lambda *_: pytest.fail("work was done"))
    with pytest.raises(MissingExtraError, match="scikit-learn"):
        fig5b.compute(SETTINGS)


def test_five_networks_fit(data: Data) -> None:
    available("matplotlib")
    more = copy.deepcopy(data)
    for name in ("minilm", "stories15m", "resnet50"):
        more["networks"][name] = copy.deepcopy(data["networks"]["digits-conv"])
    assert faults(drawn(fig5b, more)) == []


def test_every_method_has_a_look() -> None:
    for method in (*plane.SHOWN, plane.HALF):
        assert plane.mark(method)["color"] in style.COLOURS.values()
