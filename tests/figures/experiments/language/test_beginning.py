"""Phase A: one run, whose checkpoints are what runs that end there would give."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from figures.experiments.language.beginning import begun
from figures.experiments.language.moments import gathered
from figures.experiments.language.parts import part
from figures.experiments.language.sizes import BEST
from figures.experiments.language.training import trained

from ....backends import available
from .tiny import WARM_TINY, corpora, network

SIZES = replace(WARM_TINY, longest=24, evaluations=4, rate=3e-2)


def checkpoints(ends: set[int], **sizes: Any) -> tuple[dict[int, Any], list[Any]]:
    kept: dict[int, Any] = {}
    asked = replace(SIZES, **sizes)

    def keep(end: int, state: Any) -> None:
        kept[end] = state

    course = begun(network(), part(corpora(), SIZES, 0, 0), asked, seed=0, ends=ends, keep=keep)
    assert len(course.losses) == course.curve[-1][0]
    return kept, course.curve


@pytest.mark.parametrize("falling", [True, False])
def test_a_checkpoint_is_what_a_run_that_ends_there_gives(falling: bool) -> None:
    torch = available("torch")
    kept, curve = checkpoints({5, 17}, falling=falling, before=5)
    assert list(kept) == [5, 17]
    assert [row[0] for row in curve] == [0, 5, 6, 12, 17]
    for end, state in kept.items():
        model = network()
        sizes = replace(SIZES, before=end, falling=falling)
        course = trained(model, part(corpora(), SIZES, 0, 0), sizes, seed=0, phase=0)
        alone = {**model.state_dict(), **gathered(model, course.optimizer)}
        assert alone.keys() == state.keys()
        assert all(torch.equal(alone[name], state[name]) for name in alone)


def test_no_more_is_trained_than_the_last_checkpoint_needs() -> None:
    available("torch")
    assert checkpoints({5})[1][-1][0] == 5


def test_the_best_is_the_look_with_the_least_loss_on_held_out_text() -> None:
    torch = available("torch")
    # A rate at which it gets worse before the end.
    kept, curve = checkpoints({BEST}, longest=200, evaluations=10, rate=0.1, first=100)
    losses = {row[0]: row[2] for row in curve if row[0]}
    best = min(losses, key=lambda updates: losses[updates])
    assert best != 200
    others, _ = checkpoints({best}, longest=200, evaluations=10, rate=0.1, first=100)
    assert kept.keys() == {BEST}
    assert all(torch.equal(kept[BEST][name], tensor) for name, tensor in others[best].items())
    assert set(losses) == set(range(20, 201, 20))
