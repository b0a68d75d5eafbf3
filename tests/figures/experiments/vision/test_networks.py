"""The networks by name: each is made, told by its recipe, and kept by a checkpoint to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest

import fire_ref
from figures.experiments.checkpoints import keep, kept
from figures.experiments.digests import digest
from figures.experiments.vision.networks import NETWORKS

from ....backends import available
from ..faked import configuration

SMALL = {"resnet8": (4, 8), "resnet18": (4, 8), "vit-tiny": (64, 8), "vgg16": (4, 32)}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_gives_a_score_for_each_class_and_has_a_recipe(name: str) -> None:
    torch = available("torch")
    width, side = SMALL[name]
    kind = NETWORKS[name]
    model = kind.make(width, side, 7, 0)
    assert model(torch.rand(2, 3, side, side)).shape == (2, 7)
    assert kind.recipe in fire_ref.RECIPES
    assert fire_ref.reinitialize(model, kind.recipe)[1].changed


@pytest.mark.parametrize("name", NETWORKS)
def test_a_checkpoint_keeps_it_to_the_last_bit(name: str, tmp_path: Path) -> None:
    torch = available("torch")
    state = NETWORKS[name].make(*SMALL[name], 5, 0).state_dict()
    keep(tmp_path, configuration(), 0, state)
    found = kept(tmp_path, configuration())
    assert found is not None
    assert digest(found[1]) == digest(state)
    other = NETWORKS[name].make(*SMALL[name], 5, 1)
    other.load_state_dict({key: torch.from_numpy(values) for key, values in found[1].items()})
    assert digest(other.state_dict()) == digest(state)
