"""L2 init: nothing at the beginning, a spring from there on every parameter, biases too."""

from __future__ import annotations

import pytest

from figures.experiments.arms.l2_init import STRENGTH, penalty

from ....backends import available
from ..faked import moment


def test_it_draws_every_parameter_back_in_proportion() -> None:
    torch = available("torch")
    now = moment()
    value = penalty(now.model, now.initial)
    distances = [
        float((tensor.detach() - now.initial[name]).norm()) ** 2 for name, tensor in now.model.named_parameters()
    ]
    assert float(value.detach()) == pytest.approx(1e-3 * sum(distances), rel=1e-5)
    value.backward()
    for name, tensor in now.model.named_parameters():
        assert torch.allclose(tensor.grad, 2 * STRENGTH * (tensor - now.initial[name]).detach(), atol=1e-8)
    now.model.load_state_dict(now.initial)
    assert float(penalty(now.model, now.initial).detach()) == 0
