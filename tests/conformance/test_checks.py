"""The list of checks: known ids, requirements that come first, and what depends on a failure is skipped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.checks import CHECKS, Check, chosen, run
from fire_ref.conformance.outcomes import PASS, Finding, failed, recorded
from fire_ref.conformance.record import STATUSES

from .observed import OFFICIAL, Answering, answered, case, evidence, graded, named, observation, results, valid

W = graded(np.random.default_rng(0), 6, 4, 3.0)


def check(name: str, found: Finding | None, *requires: str) -> Check:
    return Check(name, "demand", f"{name} is wrong", lambda _, seen: found, requires)


def told(*checks: Check, **known: Any) -> list[tuple[str, str, str]]:
    seen = evidence(observation(W, W, **known))
    return [(one.check, one.status, one.text) for one in run(seen, checks)]


def test_ids_are_unique_and_every_text_is_there() -> None:
    assert len({one.id for one in CHECKS}) == len(CHECKS)
    assert all(one.id.startswith(("call.", "value.")) and one.demand and one.failure for one in CHECKS)


def test_all_are_chosen_or_some_with_what_they_require() -> None:
    assert chosen(None) == CHECKS
    with pytest.raises(ValueError, match=r"^verify: checks must hold at least one id"):
        chosen([])
    names = [one.id for one in chosen(["value.faithful"])]
    assert names == ["call.returns", "call.shape", "value.finite", "value.faithful"]
    assert [one.id for one in chosen(iter(["call.pure"]))] == ["call.pure"]
    assert [one.id for one in chosen(["call.state", "call.pure", "call.pure"])] == ["call.pure", "call.state"]


@pytest.mark.parametrize("ids", [["value.wrong"], ["value.faithful", ""], ["faithful"], "call.pure"])
def test_an_unknown_id_is_an_error_with_the_known_ones(ids: Any) -> None:
    with pytest.raises(ValueError, match=r"^verify: checks must be ids of checks: call\.returns, .*; got '"):
        chosen(ids)


@pytest.mark.parametrize("ids", [None, ["b"], ["a"]])
def test_a_requirement_that_comes_later_or_never_is_an_error(ids: Any) -> None:
    late = (check("a", PASS, "b"), check("b", PASS))
    with pytest.raises(ValueError, match=r"^verify: check a must require checks that come before it; got 'b'"):
        chosen(ids, late)
    with pytest.raises(ValueError, match=r"^verify: check a must require checks that come before it; got 'a'"):
        chosen(ids, (check("a", PASS, "a"), check("b", PASS)))
    with pytest.raises(ValueError, match="got 'never'"):
        chosen(ids, (check("a", PASS, "never"),))


def test_what_depends_on_a_failure_is_skipped_with_the_first_cause() -> None:
    chain = (check("a", failed("why")), check("b", PASS, "a"), check("c", PASS, "b"), check("d", PASS))
    assert told(*chain) == [
        ("a", "fail", "why"),
        ("b", "skipped", "a failed"),
        ("c", "skipped", "a failed"),
        ("d", "pass", ""),
    ]


def test_a_failure_without_a_text_says_what_its_check_says() -> None:
    assert told(check("a", failed())) == [("a", "fail", "a is wrong")]


@pytest.mark.parametrize(
    ("found", "skipped"),
    [
        (PASS, False),
        (recorded("x"), False),
        (recorded("x", stops=True), True),
        (Finding("inconclusive"), False),
        (None, False),
        (Finding("fail", 2.0, 1.0), True),
    ],
)
def test_only_failures_and_refusals_stop_what_follows(found: Finding | None, skipped: bool) -> None:
    results = {name: status for name, status, _ in told(check("a", found), check("b", PASS, "a"))}
    assert results["b"] == ("skipped" if skipped else "pass")
    assert ("a" in results) == (found is not None)


def test_numbers_are_handed_on_and_cases_come_one_after_the_other() -> None:
    two = [observation(W, W, about=case(W, name=name)) for name in ("one", "two")]
    found = run(evidence(*two), (check("a", Finding("pass", 0.25, 0.5)), check("b", PASS)))
    assert [(one.case, one.check) for one in found] == [("one", "a"), ("one", "b"), ("two", "a"), ("two", "b")]
    assert (found[0].residual, found[0].bound) == (0.25, 0.5)


def test_a_skipped_check_is_told_only_where_it_would_have_said_something() -> None:
    def skipped(*flags: str, verdict: str = "valid") -> set[str]:
        seen = observation(W, None, *flags, status="hung", verdict=verdict)
        return {one.check for one in run(evidence(seen)) if one.status == "skipped" and one.check.startswith("value")}

    always = {"value.finite", "value.faithful", "value.converged"}
    assert skipped() == always
    assert skipped("scale", verdict="acceptable") == {"value.finite", "value.scale"}
    assert skipped("zero", verdict="acceptable") == {"value.finite", "value.zero"}
    assert "value.moved" in skipped("moved")
    assert not {"value.faithful", "value.converged"} & skipped("purity")


def test_the_library_itself_fails_nothing_of_its_own_dialect() -> None:
    asked = [one for one in valid(OFFICIAL, "matrix", "float64", quick=True) if one.dtype == "float64"]
    seen = answered(fire_ref.newton_schulz, asked, OFFICIAL, "matrix", "float64")
    for one in ("value.faithful", "value.finite", "value.moved", "value.stack"):
        assert {found.status for found in results(seen, one)} <= {"pass"}
    assert {found.status for found in run(seen)} <= set(STATUSES)


MATRIX = graded(np.random.default_rng(1), 9, 5, 1e6)


@pytest.mark.parametrize(
    ("wrong", "check_id"),
    [
        (lambda X: fire_ref.newton_schulz(X, 9), "value.faithful"),
        (lambda X: fire_ref.newton_schulz(X, 10), "value.converged"),
        (lambda X: X * np.nan, "value.finite"),
        (lambda X: X[0], "call.shape"),
        (lambda X: X.astype(np.float32), "call.dtype"),
    ],
)
def test_a_check_fails_through_the_list_as_well(wrong: Answering, check_id: str) -> None:
    found = results(evidence(observation(MATRIX, wrong(MATRIX))), check_id)
    assert [one.status for one in found] == ["fail"]
    assert found[0].text or found[0].residual
    assert named(check_id).failure
