"""ReDo: dormant are the units that say at most so much of what their layer says on average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.redo import recycling, scores
from figures.experiments.units import units

from ....backends import available
from ..faked import conv_moment, moment


def silenced(make: Any, unit: int) -> Any:
    """Return a network with a unit of its first layer that never says anything."""
    torch = available("torch")
    model = make(far=0.0).model
    layer = units(model)[0]
    with torch.no_grad():
        last = layer.incoming if layer.norm is None else layer.norm
        last.weight[unit], last.bias[unit] = 0.0, -1.0
    return model


def test_a_score_is_relative_to_the_layer() -> None:
    torch = available("torch")
    assert scores(torch.tensor([0.0, 1.0, 2.0, 5.0])).tolist() == [0.0, 0.5, 1.0, 2.5]
    assert scores(7 * torch.tensor([0.0, 1.0, 2.0, 5.0])).tolist() == pytest.approx([0.0, 0.5, 1.0, 2.5])
    assert scores(torch.zeros(3)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("make", "shape"), [(moment, (50, 20)), (conv_moment, (50, 3, 6, 6))])
def test_who_is_dormant_is_recycled_at_its_time(make: Any, shape: tuple[int, ...]) -> None:
    torch = available("torch")
    model = silenced(make, 2)
    X, layer = torch.randn(shape, generator=torch.Generator().manual_seed(0)), units(model)[0]
    companion = recycling(0.0)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), 3)
    for updates in range(1, 7):
        before = layer.incoming.weight.detach().clone()
        model(X)
        companion.updated()
        changed = (layer.incoming.weight != before).flatten(1).any(dim=1).nonzero().flatten().tolist()
        # Recycled after three updates; then it speaks.
        assert changed == ([2] if updates == 3 else [])
    companion.close()


def test_the_threshold_is_included_and_each_layer_has_its_own_scale() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2), torch.nn.ReLU(),
                                torch.nn.Linear(2, 1))  # fmt: skip
    with torch.no_grad():
        for layer, weight in ((model[0], [[1.0], [2.0], [3.0]]), (model[2], [[10.0, 0, 0], [100.0, 0, 0]])):
            layer.weight.copy_(torch.tensor(weight))
            layer.bias.zero_()
    before = [model[i].weight.detach().clone() for i in (0, 2)]
    companion = recycling(0.5)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), 1)
    model(torch.ones(4, 1))
    companion.updated()
    # Scores .5, 1, 1.5 and 2/11, 20/11.
    assert (model[0].weight != before[0]).flatten().tolist() == [True, False, False]
    assert (model[2].weight != before[1]).any(dim=1).tolist() == [True, True]  # the second through its input only
    assert model[2].weight[1].tolist() == [0.0, 0.0, 0.0]
    assert (model[4].weight == 0).tolist() == [[True, False]]
