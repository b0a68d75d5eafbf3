"""Moments: kept by name, and a new optimiser goes on with them as the old one would."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.language.moments import gathered, given, without
from figures.experiments.language.parts import part
from figures.experiments.language.schedule import adamw
from figures.experiments.language.training import trained

from ....backends import available
from .tiny import WARM_TINY, corpora, network


@pytest.mark.parametrize("kept", [True, False])
def test_a_new_optimiser_with_old_moments_goes_on_as_the_old_one(kept: bool) -> None:
    torch = available("torch")
    texts = part(corpora(), WARM_TINY, 0, 1)
    whole, broken, other = network(), network(), network()
    trained(whole, texts, WARM_TINY, seed=0, phase=1)
    course = trained(broken, texts, WARM_TINY, seed=0, phase=1, last=3)
    moments = gathered(broken, course.optimizer)
    assert len(moments) == 3 * len(list(broken.parameters()))
    other.load_state_dict(broken.state_dict())
    optimizer = adamw(other, WARM_TINY)
    if kept:  # a file gives arrays, and of single numbers rows
        given(
            other,
            optimizer,
            {name: np.ascontiguousarray(tensor) for name, tensor in moments.items()} | broken.state_dict(),
        )
    trained(other, texts, WARM_TINY, seed=0, phase=1, optimizer=optimizer, first=3)
    same = [torch.equal(one, two) for one, two in zip(whole.parameters(), other.parameters(), strict=True)]
    assert all(same) == kept


def test_they_are_copies() -> None:
    torch = available("torch")
    model, texts = network(), part(corpora(), WARM_TINY, 0, 1)
    course = trained(model, texts, WARM_TINY, seed=0, phase=1, last=2)
    moments = gathered(model, course.optimizer)
    before = {name: tensor.clone() for name, tensor in moments.items()}
    fresh = adamw(model, WARM_TINY)
    given(model, fresh, moments)
    for optimizer in (course.optimizer, fresh):
        trained(model, texts, WARM_TINY, seed=0, phase=1, optimizer=optimizer, first=2)
    assert all(torch.equal(moments[name], before[name]) for name in before)


def test_a_checkpoint_is_the_networks_without_them() -> None:
    available("torch")
    model = network()
    course = trained(model, part(corpora(), WARM_TINY, 0, 0), WARM_TINY, seed=0, phase=0, last=1)
    state = model.state_dict()
    assert without(state | gathered(model, course.optimizer)).keys() == state.keys()
