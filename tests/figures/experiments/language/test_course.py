"""A run on text: what its records count, what it goes on from, and that every arm it names can act on it."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.arm import Arm, Moment
from figures.experiments.arms.catalogue import ARMS
from figures.experiments.configuration import Configuration
from figures.experiments.language import course as courses
from figures.experiments.language.batches import even
from figures.experiments.language.course import DIVERGED, TextCourse
from figures.experiments.language.looking import judged, tensors
from figures.experiments.language.panels import ARMS as NAMES
from figures.experiments.language.parts import part
from figures.experiments.language.sizes import BEST, TextSizes
from figures.experiments.stability import Watch

from ....backends import available
from .tiny import PERMUTED_TINY, WARM_TINY, corpora, network

BASE = Arm("base", "")


def course(sizes: TextSizes = PERMUTED_TINY, seed: int = 0) -> TextCourse:
    available("torch")
    return TextCourse(Configuration("a panel", "base", seed, sizes), corpora())


def initial(one: TextCourse) -> dict[str, Any]:
    return {name: tensor.clone() for name, tensor in one.model.state_dict().items()}


def same(one: Any, other: Any) -> bool:
    torch = available("torch")
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_network_is_the_seeds() -> None:
    for seed in (0, 1):
        assert same(course(seed=seed).model.state_dict(), network(seed=seed).state_dict())


def test_a_record_tells_losses_so_that_more_is_better() -> None:
    one, texts = course(), corpora()
    found = one.train(0, BASE, initial(one), None)
    new = part(texts, PERMUTED_TINY, 0, 0).new
    assert found["updates"] == 6
    assert found["online"] < -1
    for key, tokens in (("train", new.train), ("test", new.held)):
        assert found[key] == pytest.approx(judged(one.model, tokens, PERMUTED_TINY), rel=1e-3)
    assert [row[0] for row in found["curve"]] == [0, 3, 6]
    assert found["curve"][1][1] + found["curve"][2][1] == pytest.approx(-2 * found["online"], rel=1e-3)
    assert one.train(1, BASE, {}, None)["updates"] == 12


def test_permuted_tasks_count_the_online_loss_of_the_last_fifth() -> None:
    one = course()
    found = [one.train(number, BASE, {}, None) for number in range(3)]
    assert [record["counted"] and record["counted"][0] for record in found] == [None, None, 3]
    # The last three of six updates, which are the last row of the curve.
    assert found[2]["counted"][1] == pytest.approx(-found[2]["curve"][2][1], rel=1e-3)


def test_a_warm_start_counts_the_held_out_loss_at_the_end() -> None:
    one = course(WARM_TINY)
    first, last = (one.train(number, BASE, {}, None) for number in range(2))
    assert first["counted"] is None
    assert last["counted"] == [1, -last["curve"][-1][2]]
    assert (first["updates"], last["updates"]) == (4, 10)


@pytest.mark.parametrize("kept", ["kept", "cleared"])
@pytest.mark.parametrize("sizes", [PERMUTED_TINY, WARM_TINY])
def test_a_run_goes_on_from_its_state(sizes: TextSizes, kept: str) -> None:
    sizes = replace(sizes, optimizer=kept)
    whole, other = course(sizes), course(sizes)
    whole.train(0, BASE, {}, None)
    state = {name: np.ascontiguousarray(tensor).copy() for name, tensor in whole.state().items()}  # as a file keeps it
    assert any(name.startswith("optimizer") for name in state) == (kept == "kept")
    whole.train(1, BASE, {}, None)
    other.take(state)
    other.train(1, BASE, {}, None)
    assert same(whole.state(), other.state())


def test_moments_that_are_kept_matter() -> None:
    ends = []
    for kept in ("kept", "cleared"):
        one = course(replace(PERMUTED_TINY, optimizer=kept))
        for number in range(2):
            one.train(number, BASE, {}, None)
        ends.append(one.model.state_dict())
    assert not same(*ends)


def test_phase_a_may_end_at_its_best() -> None:
    sizes = replace(WARM_TINY, before=BEST, longest=200, evaluations=10, rate=0.1, first=100)
    one = course(sizes)
    record = one.train(0, BASE, {}, None)
    assert (record["updates"], len(record["curve"])) == (200, 11)
    least = min(row[2] for row in record["curve"][1:])
    assert record["test"][0] == pytest.approx(least, rel=1e-3)
    assert least < record["curve"][-1][2]


def test_it_is_looked_at_on_text_that_it_trains_on() -> None:
    one = course()
    look = one.look(1)
    tokens = part(corpora(), PERMUTED_TINY, 0, 1).new.train
    assert look.judged() == judged(one.model, tokens, PERMUTED_TINY)
    assert look.features().shape == (32, 16)
    watch = Watch(one.model, look, one.recipe)
    watch.changed()
    assert watch.found["sfe"] == watch.found["drift"] == 0


def test_gradients_are_those_of_the_mean_loss_on_the_text_to_come() -> None:
    torch = available("torch")
    one = course()
    found = list(one.gradients(1))
    assert len(found) == 2
    tokens = part(corpora(), PERMUTED_TINY, 0, 1).new.train
    inputs, targets = tensors(even(tokens, 4, 8), "cpu")
    torch.nn.functional.cross_entropy(one.model(inputs), targets.flatten()).backward()
    for name, parameter in one.model.named_parameters():
        torch.testing.assert_close((found[0][name] + found[1][name]) / 2, parameter.grad, atol=1e-6, rtol=1e-4)


def test_an_arm_brings_penalty_optimiser_and_companion_and_is_closed() -> None:
    torch = available("torch")
    told: list[Any] = []
    begin = {"a": 1}

    class Going:
        def updated(self) -> None:
            told.append("updated")

        def close(self) -> None:
            told.append("closed")

    def companion(model: Any, optimizer: Any, _rng: np.random.Generator, _epoch: int) -> Going:
        told.append((model is one.model, type(optimizer)))
        return Going()

    def penalty(model: Any, began: Any) -> Any:
        told.append(began is begin)
        return 0 * next(model.parameters()).sum()

    def optimizer(model: Any, rate: float) -> Any:
        told.append(rate)
        return torch.optim.SGD(model.parameters(), lr=rate)

    class Watching:
        def updated(self, updates: int) -> None:
            told.append(updates)

    one = course(replace(PERMUTED_TINY, after=1))
    one.train(0, Arm("probe", "", None, penalty, optimizer, companion), begin, Watching())
    assert told == [1e-3, (True, torch.optim.SGD), True, "updated", 1, "closed"]

    def failing(*_: object) -> Any:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        one.train(1, Arm("probe", "", None, failing, None, companion), begin, None)
    assert told[-1] == "closed"


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_arm_acts_on_it(name: str, tied: bool) -> None:
    one = course(replace(PERMUTED_TINY, tied=tied))
    begin = initial(one)
    one.train(0, BASE, begin, None)
    learned = initial(one)
    change = ARMS[name].change
    if change is None:
        assert name == "base"
        return
    changed = change(Moment(one.model, begin, np.random.default_rng(0), one.recipe))
    one.model.load_state_dict(changed.state)
    now = one.model.state_dict()
    fire = name.startswith("fire")
    # Four layers of one block, of which c_attn is three, and the head.
    assert bool(changed.checked) == fire
    moved = {key for key in now if not available("torch").equal(now[key], learned[key])}
    matrices = {key for key in now if now[key].ndim == 2 and "wpe" not in key and (tied or "wte" not in key)}
    assert moved == (matrices if fire or name == "iso" else set(now))
    assert same({"w": now["lm_head.weight"]}, {"w": now["transformer.wte.weight"]}) == tied


def test_a_network_that_has_diverged_counts_for_less_than_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    one = course(WARM_TINY)
    one.train(0, BASE, {}, None)
    real = courses.trained

    def diverged(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        return found._replace(curve=[[6, float("nan"), float("inf"), None]], losses=[float("nan")])

    monkeypatch.setattr(courses, "trained", diverged)
    record = one.train(1, BASE, {}, None)
    assert record["curve"] == [[6, None, None, None]]
    assert record["counted"] == [1, -DIVERGED]
    assert record["online"] == -DIVERGED
    assert 5 * log(50304) < DIVERGED  # what one loses that knows nothing
