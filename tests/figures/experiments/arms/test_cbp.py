"""Continual backpropagation: the least useful of those that are old enough, and so many as are due."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.cbp import contributions, replacing
from figures.experiments.units import units

from ....backends import available
from ..faked import conv_moment, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_a_contribution_is_strength_times_outgoing_weights(make: Any) -> None:
    torch = available("torch")
    for layer in units(make().model):
        count = len(layer.incoming.weight)
        strengths, weight = torch.rand(count), layer.outgoing.weight.detach()
        run = weight.shape[1] // count
        for unit, value in enumerate(contributions(layer, strengths).tolist()):
            mine = weight[:, unit * run : (unit + 1) * run]
            assert value == pytest.approx(float(strengths[unit] * mine.abs().sum()), rel=1e-5)


def changes(model: Any, X: Any, companion: Any, updates: int) -> list[list[int]]:
    """Return which units of the last hidden layer are new after each update; nothing is learned."""
    layer, found = units(model)[-1], []
    for _ in range(updates):
        before = layer.outgoing.weight.detach().clone()
        model(X)
        companion.updated()
        lost = (layer.outgoing.weight == 0).all(dim=0) & (before != 0).any(dim=0)
        run = before.shape[1] // len(layer.incoming.weight)
        found.append(sorted({int(i) // run for i in lost.nonzero().flatten()}))
    return found


@pytest.mark.parametrize(("make", "shape", "count"), [(moment, (30, 20), 12), (conv_moment, (30, 3, 6, 6), 6)])
def test_one_is_replaced_when_the_share_has_come_to_one(make: Any, shape: tuple[int, ...], count: int) -> None:
    torch = available("torch")
    model = make().model
    X = torch.rand(shape, generator=torch.Generator().manual_seed(3))
    rate, maturity = 1.01 / (5 * count), 7
    companion = replacing(rate, maturity)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0))
    found = changes(model, X, companion, 12)
    # Old enough from the eighth update on, and five of these make one.
    assert [len(one) for one in found] == [0] * 11 + [1]


def test_the_least_useful_goes_and_the_young_are_left_alone() -> None:
    torch = available("torch")
    model = moment().model
    X, layer = torch.rand(30, 20), units(model)[-1]
    companion = replacing(1 / 12, 2)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0))
    with torch.no_grad():
        heard = model[:-1](X).abs().mean(dim=0)
        useful = contributions(layer, heard)
    order = useful.argsort().tolist()
    found = changes(model, X, companion, 9)
    # One in every update after two, each new one too young for another two; those of other layers change what is heard.
    assert found[:2] == [[], []]
    assert found[2] == [order[0]]
    new = [one for row in found for one in row]
    for place, one in enumerate(new):
        assert one not in new[max(0, place - 2) : place]
    companion.close()


def test_utility_is_a_running_average() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(1, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        model[2].weight.copy_(torch.tensor([[1.0, -1.0]]))
    for inputs, worst in (([1.0] * 4 + [-2.0], 1), ([1.0] * 4 + [-8.0], 0)):
        net = torch.nn.Sequential(torch.nn.Linear(1, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 1))
        net.load_state_dict(model.state_dict())
        companion = replacing(0.5, 4)(net, torch.optim.Adam(net.parameters()), np.random.default_rng(0))
        for value in inputs:
            net(torch.tensor([[value]]))
            companion.updated()
        # The first unit said 1 four times, the second 2 or 8 once, and latest.
        assert (net[2].weight == 0).flatten().nonzero().flatten().tolist() == [worst]
