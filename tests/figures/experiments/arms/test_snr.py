"""SNR: reset are those who fall silent after a busy past, not those who were always rare, and the dead in the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.snr import resetting
from figures.experiments.units import units

from ....backends import available
from ..faked import conv_moment, moment


def reset_in(model: Any, batches: Any, companion: Any) -> list[list[int]]:
    """Return which units of the first layer are new after each update; nothing is learned."""
    layer, found = units(model)[0], []
    for X in batches:
        before = layer.incoming.weight.detach().clone()
        model(X)
        companion.updated()
        changed = (layer.incoming.weight != before).flatten(1).any(dim=1)
        found.append(changed.nonzero().flatten().tolist())
    return found


def test_silence_is_measured_by_the_past() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 3, bias=False), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.eye(3))
    companion = resetting(0.9, 30)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), 9)
    # Unit 0 fires always and then never, unit 1 in every third update, unit 2 never: one positive input is enough.
    batches = [torch.tensor([[-1.0, -1.0, -1.0], [float(n < 20), float(n % 3 == 0), -1.0]]) for n in range(32)]
    found = reset_in(model, batches, companion)
    # Ten firings and more of time 1: reset after two silent updates, and, being new, not judged again at once.
    assert found[:21] == [[]] * 21
    assert 0 in found[21]
    assert not any(1 in one for one in found)
    assert [n for n, one in enumerate(found) if 2 in one] == [30]
    companion.close()


@pytest.mark.parametrize(("make", "shape"), [(moment, (30, 20)), (conv_moment, (30, 3, 6, 6))])
def test_a_dead_unit_is_reset_at_the_latest_and_lives(make: Any, shape: tuple[int, ...]) -> None:
    torch = available("torch")
    model = make().model
    layer = units(model)[0]
    with torch.no_grad():
        last = layer.incoming if layer.norm is None else layer.norm
        last.weight[3], last.bias[3] = 0.0, -1.0
    companion = resetting(0.99, 5)(model, torch.optim.Adam(model.parameters()), np.random.default_rng(0), 9)
    X = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    assert reset_in(model, [X] * 14, companion) == [[]] * 5 + [[3]] + [[]] * 8
    companion.close()
