"""A full reset is the initial network, in all that it has."""

from __future__ import annotations

from figures.experiments.arms.full_reset import change

from ....backends import available
from ..faked import moment


def test_everything_is_what_it_was() -> None:
    torch = available("torch")
    now = moment()
    state = change(now).state
    assert all(torch.equal(tensor, now.initial[name]) for name, tensor in state.items())
    assert not any(torch.equal(tensor, state[name]) for name, tensor in now.model.state_dict().items())
