"""Initial weights: the very ones of the shipped networks, and drawn ones of the right scale."""

from __future__ import annotations

import numpy as np
import pytest

from figures import fresh
from figures.layers import network
from fire_ref import sfe


@pytest.mark.parametrize("name", ["digits-mlp", "digits-conv"])
def test_training_moved_every_layer_and_not_far(name: str) -> None:
    begun = fresh.start(name)
    trained = network(name)
    assert set(begun.state) == set(trained)
    for key, W in trained.items():
        moved = float(np.sum((W - begun.state[key]) ** 2))
        # Another draw would lie at about the sum of both squares, which a quarter of it excludes.
        assert 0 < moved < 0.75 * float(np.sum(W**2) + np.sum(begun.state[key] ** 2))
        assert begun.state[key].dtype == W.dtype
    assert "started from" in begun.about


def test_another_seed_lies_farther() -> None:
    trained = network("digits-mlp")["fc2.weight"]
    begun = fresh.start("digits-mlp").state["fc2.weight"]
    other = fresh.SHIPPED["digits-mlp"].initial(np.random.default_rng(1))["fc2.weight"].astype(np.float32)
    assert sfe(trained, begun) < sfe(trained, other)


@pytest.mark.parametrize("name", ["digits-mlp", "digits-conv"])
def test_the_first_seed_is_the_one_of_training_and_others_are_told_apart(name: str) -> None:
    for key, W in fresh.start(name).state.items():
        np.testing.assert_array_equal(fresh.start(name, 0).state[key], W)
        assert not np.array_equal(fresh.start(name, 1).state[key], W)
    assert fresh.start(name, 1).about == "drawn anew as its training does"


def test_a_published_network_is_drawn_by_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "network", lambda _: {"layers.0.mlp.gate_proj.weight": np.empty((3, 2))})
    first, again, other = (next(iter(fresh.start("stories15m", seed).state.values())) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("draw", "name", "shape", "scale"),
    [
        (fresh.normal, "query", (200, 300), 0.02),
        (fresh.llama, "layers.0.mlp.gate_proj.weight", (200, 300), 0.02),
        (fresh.llama, "layers.0.mlp.up_proj.weight", (200, 300), 0.02 / 12**0.5),
        (fresh.llama, "layers.3.self_attn.o_proj.weight", (200, 300), 0.02 / 12**0.5),
        (fresh.he, "conv", (64, 32, 3, 3), (2 / (64 * 9)) ** 0.5),
    ],
)
def test_what_is_drawn_has_its_scale(
    draw: fresh.Draw, name: str, shape: tuple[int, ...], scale: float, rng: np.random.Generator
) -> None:
    drawn = draw(rng, name, shape)
    assert drawn.shape == shape
    # The standard deviation of a sample's is scale / sqrt(2 n); five of them.
    assert np.std(drawn) == pytest.approx(scale, rel=5 / (2 * drawn.size) ** 0.5)
