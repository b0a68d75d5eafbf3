"""The words: verdicts, their tone, order of results, what reaches a terminal."""

from __future__ import annotations

import pytest

from fire_ref.conformance.record import SEVERITIES, STATUSES, VERDICTS, Result, Verdict
from fire_ref.conformance.wording import (
    SYMBOLS,
    URGENT,
    fitting,
    grouped,
    headline,
    number,
    one_line,
    tally,
    verdicts,
)

from .reports import broken, hostile, passing, wrong


def test_every_word_of_a_record_has_its_sign() -> None:
    assert set(SYMBOLS) == {*VERDICTS, *STATUSES, *SEVERITIES}
    assert sorted(URGENT) == sorted(STATUSES)
    assert SYMBOLS["yes"] != SYMBOLS["no"] != SYMBOLS["inconclusive"]


def test_not_converging_is_told_in_another_tone_than_not_being_faithful() -> None:
    faithful, converged = verdicts(wrong())
    assert (faithful.answer, faithful.tone) == ("no", "bad")
    assert (converged.answer, converged.tone) == ("no", "doubt")
    assert verdicts(passing())[0].tone == "good"
    assert verdicts(broken())[1][1:4] == ("does not apply", "not-applicable", "quiet")


def test_a_verdict_names_reason_worst_case_and_steps() -> None:
    _, converged = verdicts(wrong())
    assert converged.text == (
        "Ten steps leave the small singular values where they are. Worst: 2.4e+04 times the bound (case kappa-1e6). "
        "38 steps of the dialect would be enough."
    )
    faithful, other = verdicts(broken())
    assert faithful.text == "Worst: no finite answer (case gauss-64x32)."
    assert other.text == ""


@pytest.mark.parametrize(("steps", "text"), [(1, "1 step of"), (2, "2 steps of"), (0, "0 steps of")])
def test_steps_are_counted_in_english(steps: int, text: str) -> None:
    found = passing()
    object.__setattr__(found, "converged", Verdict("no", steps_needed=steps))
    assert verdicts(found)[1].text.startswith(text)


def test_what_failed_comes_first() -> None:
    results = [
        Result("a", "one", "pass"),
        Result("a", "two", "skipped"),
        Result("b", "two", "fail"),
        Result("a", "three", "inconclusive"),
        Result("b", "one", "pass"),
    ]
    found = grouped(results)
    assert [check for check, _ in found] == ["two", "three", "one"]
    assert [(r.case, r.status) for r in found[0][1]] == [("b", "fail"), ("a", "skipped")]
    assert [r.case for r in found[2][1]] == ["a", "b"]
    assert tally(results) == {"pass": 2, "fail": 1, "inconclusive": 1, "skipped": 1, "recorded": 0}


def test_numbers_have_three_digits() -> None:
    assert [number(x) for x in (0.0, 1234567.0, float("nan"), None)] == ["0", "1.23e+06", "nan", "-"]


@pytest.mark.parametrize("bad", ["a\x1b[2J", "a\x9b31m", "a\rb", "a\u202eb", "a\x00", "a\u2028b"])
def test_no_line_moves_a_cursor(bad: str) -> None:
    found = hostile(bad)
    lines = [one_line(bad), headline(found), fitting(found)]
    lines += [part for line in verdicts(found) for part in (line.question, line.answer, line.text)]
    assert all(line.isprintable() for line in lines)
    assert all("a" in line for line in lines[:3])


def test_the_dialects_that_fit_are_listed() -> None:
    assert fitting(wrong()) == "Within noise of: official-gpt, short-cubic."
    assert fitting(broken()) == "Within noise of: no known dialect."
