"""A phase: what is counted, in which order things happen, and that a part of it is a part of the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from figures.experiments.language.batches import drawn
from figures.experiments.language.looking import judged, tensors
from figures.experiments.language.parts import part
from figures.experiments.language.schedule import adamw, factor
from figures.experiments.language.training import trained

from ....backends import available
from .tiny import PERMUTED_TINY, WARM_TINY, corpora, network

LONG = replace(WARM_TINY, after=60, evaluations=3, rate=1e-2)


def test_the_curve_has_a_row_at_the_beginning_and_at_every_look() -> None:
    available("torch")
    texts = part(corpora(), LONG, 0, 1)
    model = network()
    first = [judged(model, one.held, LONG)[0] for one in (texts.new, texts.old) if one]
    looked: list[Any] = []
    course = trained(model, texts, LONG, seed=0, phase=1, looked=looked.append)
    assert [row[0] for row in course.curve] == [0, 20, 40, 60]
    assert course.curve[0] == [0, None, *first]
    assert course.curve[-1][2:] == [judged(model, one.held, LONG)[0] for one in (texts.new, texts.old) if one]
    assert course.curve == looked
    assert len(course.losses) == 60
    for look in (1, 2, 3):
        some = course.losses[20 * (look - 1) : 20 * look]
        assert course.curve[look][1] == pytest.approx(sum(some) / 20, rel=1e-5)
    # It learns.
    assert course.curve[-1][2] < 0.8 * first[0]


def test_a_first_phase_has_no_old_text() -> None:
    available("torch")
    course = trained(network(), part(corpora(), PERMUTED_TINY, 0, 0), PERMUTED_TINY, seed=0, phase=0)
    assert [row[3] for row in course.curve] == [None] * 3


def test_a_loss_is_that_before_its_own_update() -> None:
    torch = available("torch")
    texts = part(corpora(), LONG, 0, 1)
    inputs, targets = tensors(drawn(texts, LONG, 5, 1, 0), "cpu")
    wanted = torch.nn.functional.cross_entropy(network()(inputs), targets.flatten())
    (found,) = trained(network(), texts, LONG, seed=5, phase=1, last=1).losses
    assert found == pytest.approx(float(wanted.detach()), rel=1e-5)


@pytest.mark.parametrize("micro", [1, 3])
def test_windows_at_a_time_change_nothing_but_rounding(micro: int) -> None:
    torch = available("torch")
    # Plain descent: Adam's first step is a sign, which rounding may turn.
    sizes = replace(LONG, micro=4, clip=0.01)
    texts = part(corpora(), sizes, 0, 1)
    models = network(), network()
    for model, some in zip(models, (4, micro), strict=True):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        trained(model, texts, replace(sizes, micro=some), seed=0, phase=1, last=2, optimizer=optimizer)
    for one, other in zip(*(model.parameters() for model in models), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)


def test_parts_of_a_phase_are_the_whole() -> None:
    torch = available("torch")
    texts = part(corpora(), LONG, 0, 1)
    whole, parts = network(), network()
    course = trained(whole, texts, LONG, seed=0, phase=1)
    first = trained(parts, texts, LONG, seed=0, phase=1, last=20)
    second = trained(parts, texts, LONG, seed=0, phase=1, first=20, optimizer=first.optimizer)
    assert first.losses + second.losses == course.losses
    assert first.curve + second.curve == course.curve
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), parts.parameters(), strict=True))


def test_gradients_are_clipped_and_the_rate_is_the_schedules() -> None:
    torch = available("torch")
    sizes = replace(LONG, clip=1e-3)
    seen: list[tuple[float, float]] = []

    class Probe(torch.optim.SGD):  # type: ignore[misc,name-defined]  # torch is imported late
        def step(self, closure: Any = None) -> None:
            grads = [one.grad for group in self.param_groups for one in group["params"]]
            seen.append((float(torch.cat([g.flatten() for g in grads]).norm()), self.param_groups[0]["lr"]))
            super().step(closure)

    model = network()
    trained(model, part(corpora(), sizes, 0, 1), sizes, seed=0, phase=1, optimizer=Probe(model.parameters(), lr=0.5))
    assert [norm for norm, _ in seen] == pytest.approx([1e-3] * 60, rel=1e-2)
    assert [rate for _, rate in seen] == pytest.approx([0.5 * factor(sizes, 1, update) for update in range(60)])


def test_a_penalty_is_learned_from_but_not_told() -> None:
    torch = available("torch")
    texts = part(corpora(), LONG, 0, 1)
    plain, drawn_back = network(), network()

    def penalty(model: Any) -> Any:
        return 100 * sum((one**2).sum() for one in model.parameters())

    one = trained(plain, texts, LONG, seed=0, phase=1, last=2)
    other = trained(drawn_back, texts, LONG, seed=0, phase=1, last=2, penalty=penalty)
    assert one.losses[0] == other.losses[0]
    assert one.losses[1] != other.losses[1]
    norms = [torch.nn.utils.parameters_to_vector(model.parameters()).detach().norm() for model in (drawn_back, plain)]
    assert norms[0] < norms[1]


def test_companion_and_watch_are_told_after_every_update() -> None:
    available("torch")
    told: list[Any] = []
    model = network()
    before = next(iter(model.parameters())).clone()

    class Going:
        def updated(self) -> None:
            told.append(bool((next(iter(model.parameters())) != before).any()))

        def close(self) -> None:
            told.append("closed")

    class Watching:
        def updated(self, updates: int) -> None:
            told.append(updates)

    texts = part(corpora(), LONG, 0, 1)
    trained(model, texts, LONG, seed=0, phase=1, last=2, companion=Going(), watch=Watching())
    assert told == [True, 1, True, 2]


def test_an_optimiser_that_is_given_is_used_and_another_is_new() -> None:
    available("torch")
    model, texts = network(), part(corpora(), LONG, 0, 1)
    optimizer = adamw(model, LONG)
    assert trained(model, texts, LONG, seed=0, phase=1, last=1, optimizer=optimizer).optimizer is optimizer
    assert trained(model, texts, LONG, seed=0, phase=1, last=1).optimizer is not optimizer
