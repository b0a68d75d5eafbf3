"""Slack, and when a bound says something."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from fire_ref.theory import Hypothesis, TheoremCheck

UPPER = TheoremCheck(1, "x", 1.0, 2.0, 1.5, 4.0, True, ())
LOWER = replace(UPPER, measured=4.0, bound=1.0, trivial=0.0, upper=False)


def test_slack_is_how_many_times_the_bound_is_off() -> None:
    assert UPPER.slack == 2
    assert LOWER.slack == 4
    assert replace(UPPER, measured=0.0).slack == inf
    assert replace(LOWER, bound=0.0).slack == inf
    assert replace(UPPER, measured=0.0, bound=0.0).slack == 1


@pytest.mark.parametrize(("check", "trivial"), [(UPPER, 2.0), (UPPER, 1.0), (LOWER, 1.0), (LOWER, 2.0)])
def test_a_bound_no_better_than_the_trivial_one_says_nothing(check: TheoremCheck, trivial: float) -> None:
    assert check.says_something
    assert not replace(check, trivial=trivial).says_something


def test_a_failing_hypothesis_silences_a_theorem_and_an_unknown_one_does_not() -> None:
    told = {holds: replace(UPPER, hypotheses=(Hypothesis("h", 0.0, holds),)) for holds in (True, False, None)}
    assert [told[holds].says_something for holds in (True, False, None)] == [True, False, True]
    assert not told[False].holds
