"""Figure G: every loss is that of the network its method makes, made here once more, and drawn where it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from figures import figG, layers, loss_plane
from figures.catalogue import Data
from figures.evaluation import Subject, subject
from figures.fresh import start
from figures.loss_told import SAID, caption, fifth, front, kept, named
from figures.settings import Settings
from fire_ref import fire, reinitialize, relax
from fire_ref.tolerances import EPS

from ..backends import available
from .boxes import drawn, faults

SETTINGS = Settings()
NAMES = ("digits-mlp", "digits-conv")
#: Losses here and there are of the same weights up to a few roundings to float32 in each, which ten steps stretch by
#: 1.5^10 = 58 at most in one direction, and less in the mean over all.
CLOSE = 58 * EPS["float32"]


@pytest.fixture(scope="module")
def data() -> Data:
    available("sklearn")
    return figG.compute(SETTINGS, shares=(0.01, 0.2, 0.9), seeds=2)


def opened(name: str) -> Subject:
    found = subject(name)
    assert found is not None
    return found


def loss(name: str, made: Mapping[str, Any]) -> float:
    running = opened(name)
    return running.trials["test images"].tried(dict(running.state) | dict(made))[0]


def weights(name: str) -> dict[str, Any]:
    return {key: W for key, W in opened(name).state.items() if W.ndim > 1}


def lost(network: Data, method: str, share: float | None = None) -> float:
    return float(named(network, method, share)["loss"]["test images"][0])


@pytest.mark.parametrize("name", NAMES)
def test_each_method_is_tried_as_the_library_makes_it(data: Data, name: str) -> None:
    network, W = data["networks"][name], weights(name)
    made = {
        "W": W,
        "exact": reinitialize(W, "official", method="svd")[0],
        "k = 10": reinitialize(W, "official")[0],
        "k = 5": {key: fire(one, method="newton-schulz", steps=5) for key, one in W.items()},
        "mean gain": {key: fire(one, gain="mean") for key, one in W.items()},
        "norm-keeping isometry": {key: fire(one, gain="norm") for key, one in W.items()},
    }
    for method, state in made.items():
        assert lost(network, method) == pytest.approx(loss(name, state), rel=CLOSE), method
        paid = sum(float(np.sum((V.astype(float) - W[key]) ** 2)) for key, V in state.items())
        # SFE tells apart what the loss of a network that is silent after FIRE does not.
        assert named(network, method)["sfe"] == [pytest.approx(paid, rel=CLOSE)], method
    others = [one["sfe"][0] for one in network["moves"] if one["method"] in made]
    assert all(abs(one - other) > 10 * CLOSE * one for one, other in combinations(others, 2)), "mutants are seen"
    # Mutant: kernels whose taps, or matrices whose columns, have changed places.
    moved = {key: np.roll(V, 1, axis=-1) for key, V in made["mean gain"].items()}
    assert lost(network, "mean gain") != pytest.approx(loss(name, moved), rel=10 * CLOSE)


@pytest.mark.parametrize("name", NAMES)
def test_sfe_and_dfi_are_those_of_the_weights_that_are_tried(data: Data, name: str) -> None:
    network, W = data["networks"][name], weights(name)
    exact = {key: fire(one) for key, one in W.items()}
    paid = sum(float(np.sum((exact[key].astype(float) - one) ** 2)) for key, one in W.items())
    assert named(network, "exact")["sfe"] == [pytest.approx(paid)]
    assert named(network, "exact")["dfi"][0] < 1e-6 * network["count"]
    assert named(network, "W")["sfe"] == [0]
    assert network["size"] == pytest.approx(sum(float(np.sum(one.astype(float) ** 2)) for one in W.values()))
    for draw in named(network, "random isometry")["dfi"]:
        assert draw < 1e-6 * network["count"]


@pytest.mark.parametrize("name", NAMES)
def test_the_front_is_the_librarys_at_its_share(data: Data, name: str) -> None:
    network, W = data["networks"][name], weights(name)
    points, whole = front(network), named(network, "exact")["sfe"][0]
    assert [one["share"] for one in points] == [0.01, 0.2, 0.9]
    for one in points:
        assert one["sfe"][0] == pytest.approx(one["share"] * whole, rel=1e-4)
    left = [named(network, "W")["dfi"][0], *(one["dfi"][0] for one in points), 0.0]
    assert left == sorted(left, reverse=True)
    # One multiplier for all layers: the one at which the first layer has the DfI that it has.
    rows = {one.name: one for one in figG.chosen(name, SETTINGS)}
    spectra = figG.spectra_of([(np.linalg.svd(one.matrices.astype(float))[1], one.gain) for one in rows.values()])
    weight = figG.multiplier(spectra, 0.2)
    made = {}
    for key, V in W.items():
        c = rows[key].gain
        taps = V.reshape(*V.shape[:2], -1).transpose(2, 0, 1)
        made[key] = relax(taps, weight=weight / c**2, gain=c).transpose(1, 2, 0).reshape(V.shape)
    assert lost_at(points[1]) == pytest.approx(loss(name, made), rel=CLOSE)
    # Mutant: a multiplier for each layer in units of its own gain, as if all layers had gain 1.
    alike = {key: relax(V, weight=weight, gain=1.0) for key, V in W.items() if V.ndim == 2}
    assert lost_at(points[1]) != pytest.approx(loss(name, made | alike), rel=10 * CLOSE)


def lost_at(point: Data) -> float:
    return float(point["loss"]["test images"][0])


@pytest.mark.parametrize("name", NAMES)
def test_shrink_and_perturb_and_reset_take_everything(data: Data, name: str) -> None:
    network, running = data["networks"][name], opened(name)
    for seed in (0, 1):
        begun = running.begun(seed)
        reset = named(network, "full reset")["loss"]["test images"][seed]
        assert reset == pytest.approx(loss(name, begun), rel=CLOSE)
        mixed = {key: 0.2 * W + 0.8 * begun[key] for key, W in running.state.items()}
        paid = named(network, "shrink and perturb")["loss"]["test images"][seed]
        assert paid == pytest.approx(loss(name, mixed), rel=CLOSE)
        # Mutants: 0.8 as the share that is kept; and biases that stay.
        other = {key: 0.8 * W + 0.2 * begun[key] for key, W in running.state.items()}
        assert paid != pytest.approx(loss(name, other), rel=CLOSE)
        kept = {key: W for key, W in mixed.items() if W.ndim > 1}
        assert paid != pytest.approx(loss(name, kept), rel=CLOSE)


def test_what_is_random_is_drawn_so_often_and_is_another_each_time(data: Data) -> None:
    for network in data["networks"].values():
        for one in network["moves"]:
            random = one["method"] in ("random isometry", "shrink and perturb", "full reset")
            assert len(one["sfe"]) == len(one["loss"]["test images"]) == (2 if random else 1)
            assert len(set(one["sfe"])) == len(one["sfe"])


def test_the_trained_network_is_better_than_any_fixed_answer_and_fire_makes_it_worse(data: Data) -> None:
    for network in data["networks"].values():
        assert lost(network, "W") < 0.2 * network["trials"]["test images"]["unigram"]
        assert lost(network, "exact") > 5 * lost(network, "W")
        rights = named(network, "W")["right"]["test images"] + named(network, "exact")["right"]["test images"]
        assert rights == sorted(rights, reverse=True)


def test_the_draw_that_training_started_from_is_the_first(data: Data) -> None:
    network = data["networks"]["digits-mlp"]
    begun = start("digits-mlp").state
    moved = sum(float(np.sum((begun[key].astype(float) - W) ** 2)) for key, W in weights("digits-mlp").items())
    assert named(network, "full reset")["sfe"][0] == pytest.approx(moved)
    assert named(network, "full reset")["sfe"][1] > 1.5 * moved


def test_what_the_page_says_of_the_picture_is_so() -> None:
    """figures/README.md: near the beginning the loss is kept; less is lost than by half of shrink and perturb."""
    shown = json.loads((Path(figG.__file__).parent / "gallery" / "figG.json").read_text(encoding="utf-8"))["data"]
    assert list(shown["networks"]) == ["digits-mlp", "digits-conv", "stories15m"]
    assert shown["caption"] == caption(shown)
    for network in shown["networks"].values():
        half = named(network, "shrink and perturb", 0.5)
        least = next(one for one in front(network) if one["dfi"][0] <= median(half["dfi"]))
        for trial, told in network["trials"].items():
            assert least["loss"][trial][0] < median(half["loss"][trial])
            assert named(network, "exact")["loss"][trial][0] > 0.9 * told["uniform"]
            (gone,) = (1 - one["dfi"][0] / named(network, "W")["dfi"][0] for one in kept(network, trial)[-1:])
            assert gone > 0.1
    # At equal SFE it loses more than shrink and perturb by a tenth, here.
    network = shown["networks"]["stories15m"]
    tenth = named(network, "shrink and perturb", 0.1)
    near = next(one for one in front(network) if one["sfe"][0] > median(tenth["sfe"]))
    before = [one for one in front(network) if one["sfe"][0] <= median(tenth["sfe"])][-1]
    for trial in network["trials"]:
        assert before["loss"][trial][0] < near["loss"][trial][0]
        assert near["loss"][trial][0] > median(tenth["loss"][trial])


def test_networks_that_do_not_run_are_told_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figG, "_network", lambda *_: pytest.fail("work was done"))
    with pytest.raises(ValueError, match=r"a network that runs here; got minilm\. Try --weights digits"):
        figG.compute(Settings(("minilm",)))


def test_what_is_left_out_is_named(data: Data) -> None:
    assert data["without"] == []
    assert "cannot be run" not in data["caption"]
    assert caption(data | {"without": ["minilm", "resnet50"]}).endswith("minilm, resnet50 cannot be run here.")


def test_of_the_storyteller_fire_takes_what_the_llama_recipe_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {f"layers.0.self_attn.{x}_proj.weight": np.ones((4, 4)) for x in "qkvo"}
    state |= {f"layers.0.mlp.{x}_proj.weight": np.ones((6, 4)) for x in ("gate", "up", "down")}
    rest = {
        "embed_tokens.weight": np.ones((9, 4)),
        "norm.weight": np.ones(4),
        "layers.0.input_layernorm.weight": np.ones(4),
    }

    monkeypatch.setattr(layers, "weights", lambda _: state | rest)
    layers.network.cache_clear()
    try:
        assert [one.name for one in figG.chosen("stories15m", SETTINGS)] == list(state)
        assert figG.chosen("stories15m", SETTINGS)[-1].gain == pytest.approx((6 / 4) ** 0.5)
    finally:
        layers.network.cache_clear()


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    figure = drawn(figG, data)
    assert faults(figure) == []
    network = data["networks"]["digits-conv"]
    for axes, key, unit in ((figure.axes[3], "sfe", network["size"]), (figure.axes[4], "dfi", network["count"])):
        (line,) = (one for one in axes.lines if one.get_label() == "exact front")
        points = [named(network, "W"), *front(network), named(network, "exact")]
        np.testing.assert_allclose(line.get_xdata(), [one[key][0] / unit for one in points])
        np.testing.assert_allclose(line.get_ydata(), [one["loss"]["test images"][0] for one in points])
        spans = [one for one in axes.lines if len(one.get_xdata()) == 2 and one.get_xdata()[0] == one.get_xdata()[1]]
        reset = named(network, "full reset")["loss"]["test images"]
        assert any(list(one.get_ydata()) == [min(reset), max(reset)] for one in spans)


def test_the_list_has_each_method_with_its_numbers(data: Data) -> None:
    available("matplotlib")
    figure = drawn(figG, data)
    texts = [one.get_text() for one in figure.axes[2].texts if one.get_text()]
    network = data["networks"]["digits-mlp"]
    at = texts.index(SAID["norm-keeping isometry"])
    move = named(network, "norm-keeping isometry")
    assert texts[at + 1 : at + 3] == [f"{lost(network, move['method']):.2f}", f"{move['right']['test images'][0]:.0%}"]
    assert f"front, {fifth(network)['share']:.0%} of its SFE" in texts
    marks = [one.get_marker() for one in figure.axes[2].lines]
    assert marks == [loss_plane._look(one)["marker"] for one in loss_plane._listed(network)]


def test_networks_with_two_texts_and_larger_losses_fit(data: Data) -> None:
    available("matplotlib")
    more = copy.deepcopy(data)
    made = copy.deepcopy(data["networks"]["digits-mlp"])
    made["trials"] = {key: made["trials"]["test images"] | {"uniform": 10.37} for key in ("its own text", "Alice")}
    for one in made["moves"]:
        one["loss"] = {
            "its own text": [30 * x for x in one["loss"]["test images"]],
            "Alice": one["loss"]["test images"],
        }
        one["right"] = {}
    more["networks"]["stories15m"] = made
    figure = drawn(figG, more | {"caption": caption(more)})
    assert faults(figure) == []
    assert len(figure.axes) == 12
    assert "right" not in [one.get_text() for one in figure.axes[8].texts]
