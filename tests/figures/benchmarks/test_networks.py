"""The shapes add up to what the networks are known to hold."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks.networks import NETWORKS, STAGES, drawn, flops, gpt2, nature_dqn, parameters, resnet18


def test_resnet18_is_the_one_for_cifar() -> None:
    shapes = resnet18()
    assert len(shapes) == 1 + 16 + 3 + 2
    head = 512 * 512 + 512 + 10 * 512 + 10
    norms = 2 * (5 * STAGES[0] + sum(5 * width for width in STAGES[1:]))
    convolutions = parameters({name: shape for name, shape in shapes.items() if len(shape) == 4})
    # The usual one has a head of one layer and 11,173,962 parameters.
    assert convolutions + norms + 512 * 10 + 10 == 11_173_962
    assert parameters(shapes) == convolutions + head - 512 - 10
    assert shapes["layer2.0.conv1"] == (128, 64, 3, 3)
    assert shapes["layer2.0.shortcut"] == (128, 64, 1, 1)


def test_gpt2_has_124_million() -> None:
    width, depth = 768, 12
    beside = depth * (4 * width + 3 * width + width + 4 * width + width) + 2 * width  # norms, biases, the last norm
    assert parameters(gpt2(words=50257)) + 1024 * width + beside == 124_439_808
    assert gpt2()["lm_head"] == (50304, 768)


def test_the_nature_dqn_has_1_69_million() -> None:
    assert parameters(nature_dqn()) + 32 + 64 + 64 + 512 + 6 == 1_687_206
    assert parameters(nature_dqn(actions=4)) + 32 + 64 + 64 + 512 + 4 == 1_686_180


def test_vit_tiny_has_two_of_each_block() -> None:
    assert list(NETWORKS["ViT-Tiny q/k"]().values()) == [(192, 192)] * 24


def test_flops_are_two_products_a_step_of_every_tap() -> None:
    # X^T X is 2 m n^2, X times it as many.
    assert flops({"tall": (5, 3)}, 1) == 4 * 5 * 3 * 3 == flops({"wide": (3, 5)}, 1)
    assert flops({"kernel": (5, 3, 2, 2)}, 10) == 10 * 4 * flops({"tap": (5, 3)}, 1)
    assert flops(resnet18(), 10) == pytest.approx(1.8e11, rel=0.05)
    assert flops(gpt2(), 10) == pytest.approx(3.8e12, rel=0.01)


def test_values_are_the_same_each_time_and_of_hes_scale() -> None:
    shapes = {"a": (200, 100), "b": (40, 30, 3, 3), "c": (200, 100)}
    first, second = list(drawn(shapes)), list(drawn(shapes))
    for one, other, shape in zip(first, second, shapes.values(), strict=True):
        assert one.shape == shape
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)
    assert np.any(first[0] != first[2])
    assert first[0].std() == pytest.approx((2 / 100) ** 0.5, rel=0.05)
    assert first[1].std() == pytest.approx((2 / 270) ** 0.5, rel=0.05)
