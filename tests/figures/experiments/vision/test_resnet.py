"""ResNet-8 and ResNet-18: their shapes, what FIRE takes of them, and their hidden units."""

from __future__ import annotations

from figures.experiments.units import units
from figures.experiments.vision.resnet import resnet8, resnet18

from ....backends import available
from . import reading


def test_resnet8_is_three_stages_of_one_block() -> None:
    torch = available("torch")
    model = resnet8(4, 16, 10, 0)
    shapes = [tuple(W.shape) for W in model.parameters() if W.ndim == 4]
    assert shapes == [
        (4, 3, 3, 3), (4, 4, 3, 3), (4, 4, 3, 3), (8, 4, 3, 3), (8, 8, 3, 3), (8, 4, 1, 1), (16, 8, 3, 3),
        (16, 16, 3, 3), (16, 8, 1, 1),
    ]  # fmt: skip
    seen = []
    for part in (model.blocks[0], model.pool):
        part.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        model(torch.rand(2, 3, 16, 16))
    assert [tuple(inner.shape) for inner in seen] == [(2, 4, 16, 16), (2, 16, 4, 4)]
    assert all((inner >= 0).all() for inner in seen)
    assert model.head[-1].weight.shape == (10, 16)


def test_resnet18_is_as_published() -> None:
    torch = available("torch")
    model = resnet18(64, 32, 10, 0)
    # Convolutions and norms of ResNet-18 for CIFAR, which is 11,173,962 with a head of 512 x 10: here 512 x 512 first.
    assert reading.count(model) == 11173962 + 512 * 512 + 512
    assert sum(isinstance(part, torch.nn.Conv2d) for part in model.modules()) == 20
    assert [block.conv1.stride[0] for block in model.blocks] == [1, 1, 2, 1, 2, 1, 2, 1]
    assert [type(layer).__name__ for layer in model.head] == ["Linear", "ReLU", "Linear"]
    with torch.no_grad():
        assert model.blocks(model.conv1(torch.rand(2, 3, 32, 32))).shape == (2, 512, 4, 4)
    reading.last_layer_reads_features(model, model.head[-1], torch.rand(2, 3, 32, 32), 512)


def test_a_block_adds_its_input_before_the_last_activation() -> None:
    torch = available("torch")
    model, X = resnet8(4, 8, 10, 0), torch.randn(3, 4, 8, 8)
    block = model.blocks[0].eval()
    with torch.no_grad():
        block.bn2.weight.zero_()
        assert torch.equal(block(X), X.relu())
        other, way = model.blocks[1].eval(), torch.randn(3, 4, 8, 8)
        other.bn2.weight.zero_()
        assert torch.equal(other(way), other.shortcut(way).relu())


def test_fire_takes_every_kernel_and_the_head() -> None:
    available("torch")
    for model in (resnet8(4, 8, 10, 0), resnet18(4, 8, 10, 0)):
        taken = reading.taken_by_fire(model, "resnet")
        assert taken == reading.kernels_and_heads(model) == reading.taken_by_fire(model, "official")
        assert "head.0.weight" in taken


def test_units_are_inside_blocks_and_the_head() -> None:
    torch = available("torch")
    for model, inside in ((resnet8(4, 8, 10, 0), 3), (resnet18(2, 8, 10, 1), 9)):
        found = units(model)
        assert len(found) == inside
        assert all(one.norm is not None for one in found[: len(model.blocks)])
        reading.units_are_read_by_one_layer(model, torch.randn(6, 3, 8, 8))


def test_features_and_seed() -> None:
    torch = available("torch")
    model = resnet8(4, 8, 10, 0)
    reading.last_layer_reads_features(model, model.head[-1], torch.rand(5, 3, 8, 8), 16)
    reading.same_by_seed(resnet8, 4, 8, 10)
    reading.same_by_seed(resnet18, 4, 8, 10)
