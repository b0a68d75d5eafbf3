"""VGG-16: its shapes, what FIRE takes of it, and its hidden units, which are all of it."""

from __future__ import annotations

from figures.experiments.units import units
from figures.experiments.vision.vgg import vgg16

from ....backends import available
from . import reading


def test_it_is_as_published() -> None:
    torch = available("torch")
    model = vgg16(64, 64, 200, 0)
    # 14,714,688 in the thirteen convolutions, two numbers of BatchNorm for each of their 4224 outputs, and the head.
    head = (2048 * 1024 + 1024) + (1024 * 1024 + 1024) + (1024 * 200 + 200)
    assert reading.count(model) == 14714688 + 2 * 4224 + head
    kinds = [type(layer).__name__ for layer in model.maps]
    assert kinds.count("Conv2d") == kinds.count("BatchNorm2d") == kinds.count("ReLU") == 13
    assert [i for i, kind in enumerate(kinds) if kind == "MaxPool2d"] == [6, 13, 23, 33, 43]
    assert [type(layer).__name__ for layer in model.head] == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    reading.last_layer_reads_features(model, model.head[-1], torch.rand(1, 3, 64, 64), 1024)


def test_fire_takes_every_kernel_and_the_head() -> None:
    available("torch")
    model = vgg16(2, 32, 10, 0)
    taken = reading.taken_by_fire(model, "vgg")
    assert taken == reading.kernels_and_heads(model)
    assert len(taken) == 16


def test_all_layers_but_the_last_are_hidden_units() -> None:
    torch = available("torch")
    model = vgg16(4, 64, 10, 0)
    found = units(model)
    assert len(found) == 15
    assert [one.norm is None for one in found] == [False] * 13 + [True] * 2
    # The map of 2 x 2 is flattened: each unit is four inputs of the head.
    assert found[12].outgoing.weight.shape[1] == 4 * len(found[12].incoming.weight)
    reading.units_are_read_by_one_layer(model, torch.randn(6, 3, 64, 64))


def test_the_seed_decides() -> None:
    available("torch")
    reading.same_by_seed(vgg16, 2, 32, 10)
