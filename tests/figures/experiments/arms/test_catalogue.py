"""The arms: each known by name, drawn with a marker of its own, and none touches the live network by its change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from figures import style
from figures.experiments.arms.arm import Moment
from figures.experiments.arms.catalogue import ARMS, MLP_ARMS

from ....backends import available
from ..faked import conv_moment, moment

#: Changes that mix or shrink biases, too.
BIASES = ("full-reset", "sp-0.2", "sp-0.5", "sp-0.8", "dash")


def inputs(make: Any) -> Any:
    torch = available("torch")
    shape = (30, 20) if make is moment else (30, 3, 6, 6)
    rng = np.random.default_rng(7)
    return torch.from_numpy(rng.standard_normal(shape).astype(np.float32)), torch.from_numpy(rng.integers(10, size=30))


def with_gradients(make: Any) -> Moment:
    """Give an arm something to look at: three batches."""
    torch = available("torch")
    now: Moment = make()
    X, y = inputs(make)

    def gradients() -> Iterator[dict[str, Any]]:
        names, parameters = zip(*now.model.named_parameters(), strict=True)
        for batch in torch.arange(30).split(10):
            loss = torch.nn.functional.cross_entropy(now.model.eval()(X[batch]), y[batch])
            yield dict(zip(names, torch.autograd.grad(loss, parameters), strict=True))

    return now._replace(gradients=gradients)


def test_every_arm_has_a_label_and_a_look_of_its_own() -> None:
    assert list(style.ARMS) == list(ARMS)
    assert len({marker for _, marker in style.ARMS.values()}) == len(ARMS)
    assert len({arm.label for arm in ARMS.values()}) == len(ARMS)
    assert all(arm.about for arm in ARMS.values())


def test_figure_f_has_its_twelve() -> None:
    assert len(MLP_ARMS) == 12
    assert list(MLP_ARMS) == [name for name in ARMS if name in MLP_ARMS]


@pytest.mark.parametrize("make", [moment, conv_moment])
@pytest.mark.parametrize("name", [name for name, arm in ARMS.items() if arm.change is not None])
def test_a_change_gives_a_whole_state_and_leaves_network_and_beginning(name: str, make: Any) -> None:
    torch = available("torch")
    now = with_gradients(make)
    before = {key: tensor.clone() for key, tensor in now.model.state_dict().items()}
    initial = {key: tensor.clone() for key, tensor in now.initial.items()}
    change = ARMS[name].change
    assert change is not None
    state = change(now).state
    for held, as_it_was in ((now.model.state_dict(), before), (now.initial, initial)):
        assert all(torch.equal(held[key], tensor) for key, tensor in as_it_was.items())
    assert list(state) == list(before)
    parameters = dict(now.model.named_parameters())
    for key, tensor in state.items():
        assert (tensor.shape, tensor.dtype) == (before[key].shape, before[key].dtype)
        assert tensor.isfinite().all()
        vector = before[key].ndim < 2
        norm = vector and key.split(".")[0] in ("1", "4") and make is conv_moment
        if key not in parameters:
            touched = name == "full-reset"
        else:
            touched = not vector or (name in BIASES and not (norm and name == "dash"))
        assert torch.equal(tensor, before[key]) is not touched, key
    now.model.load_state_dict(state)


@pytest.mark.parametrize("make", [moment, conv_moment])
@pytest.mark.parametrize("name", [name for name, arm in ARMS.items() if arm.trains])
def test_what_acts_while_it_trains_lowers_the_loss_and_leaves_no_hooks(name: str, make: Any) -> None:
    torch = available("torch")
    now, arm = make(), ARMS[name]
    X, y = inputs(make)
    optimizer = arm.optimizer(now.model, 1e-3) if arm.optimizer else torch.optim.Adam(now.model.parameters(), lr=1e-3)
    companion = None if arm.companion is None else arm.companion(now.model, optimizer, now.rng, 2)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(now.model(X), y)
        losses.append(float(loss.detach()))
        if arm.penalty is not None:
            loss = loss + arm.penalty(now.model, now.initial)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if companion is not None:
            companion.updated()
    assert losses[-1] < 0.8 * losses[0]
    if companion is not None:
        assert any(one._forward_hooks for one in now.model.modules())
        companion.close()
    assert not any(one._forward_hooks for one in now.model.modules())


def test_only_base_does_nothing() -> None:
    assert [name for name, arm in ARMS.items() if arm.change is None and not arm.trains] == ["base"]
