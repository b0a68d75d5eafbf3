"""The share is that of the initial parameters: .8 leaves a fifth of what was learned."""

from __future__ import annotations

import pytest

from figures.experiments.arms.shrink_perturb import share

from ....backends import available
from ..faked import moment


@pytest.mark.parametrize("initial", [0.0, 0.5, 0.8, 1.0])
def test_parameters_are_mixed(initial: float) -> None:
    torch = available("torch")
    now = moment()
    state = share(initial)(now).state
    for name, tensor in now.model.state_dict().items():
        wanted = tensor + initial * (now.initial[name] - tensor)
        assert torch.allclose(state[name], wanted, atol=1e-6)
    assert (initial == 1.0) is all(torch.equal(state[name], tensor) for name, tensor in now.initial.items())


def test_buffers_stay() -> None:
    torch = available("torch")
    now = moment()
    model = torch.nn.BatchNorm1d(3)
    initial = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model(torch.rand(9, 3))
    state = share(0.8)(now._replace(model=model, initial=initial)).state
    assert torch.equal(state["running_mean"], model.running_mean)
    assert not torch.equal(state["running_mean"], initial["running_mean"])
