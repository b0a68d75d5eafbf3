"""Phase A at its best: one run to the end, and the state that a run would give that ends there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from figures.experiments.language import beginning
from figures.experiments.language.beginning import best
from figures.experiments.language.moments import gathered
from figures.experiments.language.parts import part
from figures.experiments.language.training import Row, Trained, trained

from ....backends import available
from .tiny import WARM_TINY, corpora, network

#: A rate at which it gets worse before the end.
SIZES = replace(WARM_TINY, longest=200, evaluations=10, rate=0.1, first=100)


@pytest.mark.parametrize("falling", [True, False])
def test_the_best_is_the_look_with_the_least_loss_on_held_out_text(falling: bool) -> None:
    torch = available("torch")
    sizes, texts = replace(SIZES, falling=falling, before=5), part(corpora(), SIZES, 0, 0)
    course, state = best(network(), texts, sizes, seed=0)
    losses = {row[0]: row[2] for row in course.curve if row[0]}
    assert set(losses) == set(range(20, 201, 20))
    assert len(course.losses) == 200
    found = min(losses, key=lambda updates: losses[updates])
    assert found != 200
    model = network()
    alone = trained(model, texts, replace(sizes, before=found), seed=0, phase=0)
    expected = {**model.state_dict(), **gathered(model, alone.optimizer)}
    assert expected.keys() == state.keys()
    assert all(torch.equal(expected[name], state[name]) for name in expected)


@pytest.mark.parametrize("held", [float("nan"), float("inf"), None])
def test_one_that_diverged_at_once_has_a_state(held: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    available("torch")
    rows: list[Row] = [[0, None, 5.0, None], [20, 9.0, held, None], [40, 9.0, held, None]]

    def diverged(*_: Any, looked: Any, optimizer: Any, **__: Any) -> Trained:
        for row in rows:
            looked(row)
        return Trained(rows, [], optimizer)

    monkeypatch.setattr(beginning, "trained", diverged)
    model = network()
    _, state = best(model, part(corpora(), SIZES, 0, 0), SIZES, seed=0)
    assert set(model.state_dict()) <= set(state)
