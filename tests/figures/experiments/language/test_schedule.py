"""The rate, and which parameters decay."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin

import pytest

from figures.experiments.language.schedule import adamw, factor, follow
from figures.experiments.language.sizes import TextSizes

from ....backends import available
from .tiny import network

SIZES = TextSizes(kind="warm", phases=2, before=300, longest=1000, after=400, warm=0.1, warmest=50, least=0.1)


def test_the_rate_rises_in_equal_steps_and_no_longer_than_it_may() -> None:
    # A tenth of 400 in phase 1; in phase A a tenth of the longest would be 100.
    assert [factor(SIZES, 1, update) for update in (0, 19, 39)] == pytest.approx([1 / 41, 20 / 41, 40 / 41])
    assert factor(SIZES, 1, 40) == 1
    assert [factor(SIZES, 0, update) for update in (0, 49, 50)] == pytest.approx([1 / 51, 50 / 51, 1])


def test_then_it_falls_with_a_cosine_to_its_least() -> None:
    assert factor(SIZES, 1, 40 + 180) == pytest.approx(0.55)
    assert factor(SIZES, 1, 40 + 90) == pytest.approx(0.55 + 0.45 * sin(pi / 4))
    assert factor(SIZES, 1, 400) == pytest.approx(0.1)
    assert factor(SIZES, 1, 500) == pytest.approx(0.1)


def test_phase_a_stays_where_it_is_or_falls_over_its_longest() -> None:
    assert factor(SIZES, 0, 999) == 1
    falling = replace(SIZES, falling=True)
    assert factor(falling, 0, 50 + 475) == pytest.approx(0.55)
    # Wherever it ends: one run gives all checkpoints.
    for before in (0, 300, 1000):
        assert factor(replace(falling, before=before), 0, 700) == factor(falling, 0, 700)


def test_permuted_tasks_have_no_phase_a() -> None:
    sizes = replace(SIZES, kind="permuted")
    assert [factor(sizes, phase, 220) for phase in (0, 1, 5)] == pytest.approx([0.55] * 3)


def test_matrices_decay_and_vectors_do_not() -> None:
    available("torch")
    model = network()
    optimizer = adamw(model, SIZES)
    decays = {id(one): group["weight_decay"] for group in optimizer.param_groups for one in group["params"]}
    for name, parameter in model.named_parameters():
        assert decays[id(parameter)] == (0 if "ln_" in name else SIZES.decay)
    assert len(decays) == len(list(model.parameters()))
    assert all(group["betas"] == (0.9, 0.95) and group["lr"] == SIZES.rate for group in optimizer.param_groups)


def test_every_group_follows_from_its_own_rate() -> None:
    torch = available("torch")
    one, other = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([{"params": [one], "lr": 1.0}, {"params": [other], "lr": 0.25}])
    for share in (0.5, 0.1, 1.0):
        follow(optimizer, share)
        assert [group["lr"] for group in optimizer.param_groups] == [share, 0.25 * share]
