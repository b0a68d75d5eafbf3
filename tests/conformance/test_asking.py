"""Every case is put to the target once, the tall probe several times, and one step is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.asking import MOST_HANGS, REPEATED, Asked, supported
from fire_ref.conformance.catalogue import catalogue
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.targets.outcome import Call, Outcome, Setup

from .observed import OFFICIAL, case

W = np.diag([2.0, 1.0])
CASES = [case(W, "probe", name="probe-tall"), case(W, "probe", name="probe-wide"), case(W, name="plain")]


class Recorded:
    """A target that remembers what it was asked."""

    name, loading_seconds = "recorded", 0.0
    versions: Mapping[str, str] = {}

    def __init__(self, answer: Callable[[Call], Outcome] | None = None, parameters: tuple[str, ...] = ()) -> None:
        self.calls: list[Call] = []
        self.parameters = parameters
        self._answer = answer or (lambda call: Outcome("returned", (call.values,) * call.repeat, seconds=1.0))

    def call(self, call: Call) -> Outcome:
        self.calls.append(call)
        return self._answer(call)

    def close(self) -> None:
        raise AssertionError("who opened it closes it")


def ask(target: Recorded, dialect: str = "official", cases: Any = CASES, progress: Any = None) -> Asked:
    asked = Asked(target, DIALECTS[dialect], "matrix", progress)
    asked.ask(cases)
    return asked


def test_every_case_is_asked_in_its_order_and_form() -> None:
    target = Recorded()
    cases = [one for one in catalogue(OFFICIAL, "matrix", "float32", quick=True) if one.dtype == "float32"]
    asked = ask(target, cases=cases)
    assert [seen.case for seen in asked.observations] == cases
    for seen in asked.observations:
        call = next(call for call in target.calls if call.values.tobytes() == seen.given.tobytes())
        assert seen.given.tobytes() == seen.case.values(OFFICIAL, "matrix").tobytes()
        assert (call.form, call.values.shape) == (seen.case.form, seen.case.shape)


def test_probes_are_followed_by_other_values_and_the_tall_one_is_repeated() -> None:
    target = Recorded()
    asked = ask(target)
    assert [(call.other is not None, call.repeat) for call in target.calls] == [
        (True, 1),
        (False, REPEATED - 1),
        (True, 1),
        (False, 1),
    ]
    first = target.calls[0]
    assert first.other is not None
    np.testing.assert_array_equal(first.other, first.values[..., ::-1])
    assert [len(seen.outcome.values) for seen in asked.observations] == [REPEATED, 1, 1]


def test_answers_that_fail_later_or_have_another_shape_are_not_joined() -> None:
    def once(call: Call) -> Outcome:
        return Outcome("returned", (call.values,) if call.repeat == 1 else (call.values[0], call.values))

    assert len(ask(Recorded(once)).observations[0].outcome.values) == 2

    def never(call: Call) -> Outcome:
        return Outcome("returned", (call.values,)) if call.repeat == 1 else Outcome("hung")

    seen = ask(Recorded(never)).observations[0]
    assert (seen.outcome.status, len(seen.outcome.values)) == ("returned", 1)


def test_a_target_without_an_answer_is_not_asked_again() -> None:
    target = Recorded(lambda _: Outcome("raised", error="ValueError: no"))
    asked = ask(target)
    assert len(target.calls) == len(CASES)
    assert {seen.outcome.status for seen in asked.observations} == {"raised"}


def test_first_calls_of_a_shape_and_dtype_are_timed_apart() -> None:
    asked = ask(Recorded(), cases=[*CASES, case(W[:1], name="other")])
    assert (asked.first_calls, asked.calls) == (2.0, 3.0)


def test_progress_is_told_before_each_case_and_at_the_end() -> None:
    told: list[tuple[int, int, str]] = []
    ask(Recorded(), progress=lambda *now: told.append(now))
    assert told == [(0, 3, "probe-tall"), (1, 3, "probe-wide"), (2, 3, "plain"), (3, 3, "judging")]


@pytest.mark.parametrize("name", ["steps", "ns_steps", "n_iter", "max_iters", "k"])
def test_one_step_is_tried_through_the_parameter_that_the_target_has(name: str) -> None:
    target = Recorded(parameters=("eps", name))
    asked = ask(target)
    (seen,), parameter = asked.fewer(Setup())
    assert parameter == name
    assert [call.kwargs for call in target.calls[-2:]] == [{name: 1}, {name: 2}]
    assert seen.case.id == "probe-tall"
    assert len(seen.outcome.values) == 2
    assert ask(Recorded()).fewer(Setup(kwargs={name: 5}))[1] == name


def test_one_step_is_not_tried_where_it_says_nothing() -> None:
    assert ask(Recorded()).fewer(Setup()) == ((), "")
    assert ask(Recorded(parameters=("steps",)), dialect="paper").fewer(Setup()) == ((), "")
    assert ask(Recorded(parameters=("steps",)), cases=CASES[1:]).fewer(Setup())[0] == ()
    nan = Recorded(lambda call: Outcome("returned", (call.values * np.nan,)), ("steps",))
    assert ask(nan).fewer(Setup())[0] == ()

    def strict(call: Call) -> Outcome:
        return Outcome("raised") if call.kwargs else Outcome("returned", (call.values,))

    (refused,), _ = ask(Recorded(strict, ("steps",))).fewer(Setup())
    assert not refused.outcome.values


def test_a_target_that_keeps_hanging_is_not_called_again() -> None:
    target = Recorded(lambda call: Outcome("hung"))
    asked = ask(target, cases=CASES * 4)
    assert len(target.calls) == MOST_HANGS
    assert {seen.outcome.status for seen in asked.observations} == {"hung"}
    assert len(asked.observations) == len(CASES * 4)


@pytest.mark.parametrize(
    ("arrays", "dtype", "lacking"),
    [
        ("numpy", "float32", {"bfloat16"}),
        ("numpy", "bfloat16", set()),
        ("torch", "float32", set()),
        ("jax", "float32", {"float64"}),
        ("cupy", "float32", {"bfloat16"}),
        ("mlx", "bfloat16", {"float64"}),
    ],
)
def test_cases_in_dtypes_that_a_library_lacks_are_left_out(arrays: str, dtype: str, lacking: set[str]) -> None:
    every = catalogue(OFFICIAL, "matrix", dtype)
    kept = supported(every, Setup(arrays, dtype))
    if arrays == "jax":  # it flushes them to zero
        every = tuple(one for one in every if "subnormal" not in one.flags)
    assert {one.dtype for one in every} - {one.dtype for one in kept} == lacking
    assert [one for one in every if one.dtype not in lacking] == list(kept)
