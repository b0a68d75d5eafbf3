"""What arms share."""

from __future__ import annotations

import pytest

from figures.experiments.arms.arm import gain, replaced, weights
from fire_ref import fire

from ....backends import available
from ..faked import moment


def test_the_gain_is_fires() -> None:
    torch = available("torch")
    for shape in ((12, 20), (20, 12), (5, 5)):
        W = torch.rand(shape, dtype=torch.float64)
        assert gain(W) == pytest.approx(float(fire(W).norm()) / min(shape) ** 0.5)


def test_weights_are_replaced_and_biases_are_not() -> None:
    torch = available("torch")
    now = moment()
    before = now.model.state_dict()
    state = replaced(now, lambda W: 0 * W).state
    assert list(weights(before)) == ["0.weight", "2.weight", "4.weight", "6.weight"]
    for name, tensor in state.items():
        assert torch.equal(tensor, 0 * before[name] if name in weights(before) else before[name])
