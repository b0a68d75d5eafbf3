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


def test_a_tied_parameter_is_mixed_under_all_its_names() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 5, bias=False))
    model[0].weight = model[1].weight
    initial = {name: 0 * tensor for name, tensor in model.state_dict().items()}
    state = share(0.8)(moment()._replace(model=model, initial=initial)).state
    for name in ("0.weight", "1.weight"):
        assert torch.allclose(state[name], 0.2 * model[1].weight)
