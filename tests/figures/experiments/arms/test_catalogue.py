"""The arms: each known by name, drawn in a colour of its own, and none touches the live network."""

from __future__ import annotations

import pytest

from figures import style
from figures.experiments.arms.catalogue import ARMS

from ....backends import available
from ..faked import moment


def test_every_arm_has_a_label_and_a_look_of_its_own() -> None:
    assert list(style.ARMS) == list(ARMS)
    assert len(set(style.ARMS.values())) == len(ARMS)
    assert len({arm.label for arm in ARMS.values()}) == len(ARMS)
    assert all(arm.about for arm in ARMS.values())


@pytest.mark.parametrize("name", [name for name, arm in ARMS.items() if arm.change is not None])
def test_a_change_gives_a_whole_state_and_leaves_network_and_beginning(name: str) -> None:
    torch = available("torch")
    now = moment()
    before = {key: tensor.clone() for key, tensor in now.model.state_dict().items()}
    initial = {key: tensor.clone() for key, tensor in now.initial.items()}
    change = ARMS[name].change
    assert change is not None
    state = change(now).state
    for held, as_it_was in ((now.model.state_dict(), before), (now.initial, initial)):
        assert all(torch.equal(held[key], tensor) for key, tensor in as_it_was.items())
    assert list(state) == list(before)
    for key, tensor in state.items():
        assert (tensor.shape, tensor.dtype) == (before[key].shape, before[key].dtype)
        touched = key.endswith("weight") or name in ("full-reset", "sp-0.5", "sp-0.8")
        assert torch.equal(tensor, before[key]) is not touched


def test_only_base_does_nothing() -> None:
    assert [name for name, arm in ARMS.items() if arm.change is None and arm.penalty is None] == ["base"]
