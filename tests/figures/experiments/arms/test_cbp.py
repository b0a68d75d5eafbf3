"""Continual backpropagation: the least useful of those that are old enough, and so many as are due."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.cbp import EPOCH, Cbp, contributions, replacing
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


def replaced(model: Any, X: Any, companion: Any, updates: int) -> list[list[int]]:
    """Return which units of the first hidden layer are new after each update; nothing is learned."""
    weight, found = units(model)[0].incoming.weight, []
    for _ in range(updates):
        before = weight.detach().clone()
        model(X)
        companion.updated()
        found.append((weight != before).flatten(1).any(dim=1).nonzero().flatten().tolist())
    return found


@pytest.mark.parametrize(("make", "shape", "count"), [(moment, (30, 20), 12), (conv_moment, (30, 3, 6, 6), 8)])
def test_one_is_replaced_when_the_share_has_come_to_one(make: Any, shape: tuple[int, ...], count: int) -> None:
    torch = available("torch")
    model = make().model
    companion = replacing(1.01 / (5 * count), 7)(
        model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), EPOCH
    )
    found = replaced(model, torch.rand(shape), companion, 12)
    # Old enough from the eighth update on, and five of these make one.
    assert [len(one) for one in found] == [0] * 11 + [1]
    companion.close()


def test_the_least_useful_goes_and_the_young_are_left_alone() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(20, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    X, layer = torch.randn(30, 20), units(model)[0]
    order = contributions(layer, model[:-1](X).detach().abs().mean(dim=0)).argsort().tolist()
    companion = Cbp(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), 0.25, 2)
    # One is due when the four are old enough. Then three are: .75, 1.5. A new one is the least useful of all, having no
    # outgoing weight, but two updates old only; in the sixth update it may go again.
    assert replaced(model, X, companion, 3) == [[], [], [order[0]]]
    assert float(companion._utility[0][order[0]]) == 0
    assert replaced(model, X, companion, 3) == [[], [order[1]], [order[0]]]


def test_utility_is_a_running_average() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(1, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        model[2].weight.copy_(torch.tensor([[1.0, -1.0]]))
    for inputs, worst in (([1.0] * 4 + [-2.0], 1), ([1.0] * 4 + [-8.0], 0)):
        net = torch.nn.Sequential(torch.nn.Linear(1, 2, bias=False), torch.nn.ReLU(), torch.nn.Linear(2, 1))
        net.load_state_dict(model.state_dict())
        companion = replacing(0.5, 4)(net, torch.optim.Adam(net.parameters()), np.random.default_rng(0), EPOCH)
        for value in inputs:
            net(torch.tensor([[value]]))
            companion.updated()
        # The first unit said 1 four times, the second 2 or 8 once, and latest.
        assert (net[2].weight == 0).flatten().nonzero().flatten().tolist() == [worst]


def test_small_epochs_have_as_many_replacements_as_large_ones() -> None:
    torch = available("torch")
    model = moment().model
    optimizer = torch.optim.Adam(model.parameters())
    large, small = (replacing()(model, optimizer, np.random.default_rng(0), epoch) for epoch in (EPOCH, 16))
    assert isinstance(large, Cbp)
    assert isinstance(small, Cbp)
    assert (large._rate, large._maturity) == (pytest.approx(1e-4), 1000)
    assert small._rate * 16 == pytest.approx(large._rate * EPOCH)
    assert small._maturity / 16 == pytest.approx(large._maturity / EPOCH, rel=0.01)
    for one in (large, small):
        one.close()
