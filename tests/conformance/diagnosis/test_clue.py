from __future__ import annotations

import numpy as np

from fire_ref.conformance.checks import run
from fire_ref.conformance.diagnosis.clue import View
from fire_ref.conformance.fingerprint import take
from fire_ref.conformance.record import Verdict

from ..mutants import ns
from ..observed import evidence, observation


def view(answer: np.ndarray, status: str = "no") -> View:
    W = np.diag([3.0, 2.0, 1.0])
    found = evidence(observation(W, answer, "probe"))
    return View(found, run(found), take(found, "1"), Verdict(status), Verdict("no"))


def test_a_disagreeing_case_is_bad_and_single() -> None:
    wrong = view(np.eye(3) * 0.9)
    assert wrong.bad() == {"made"}
    assert [seen.case.id for seen in wrong.singles] == ["made"]
    assert not wrong.right_on_probes


def test_an_agreeing_case_is_neither() -> None:
    right = view(ns(np.diag([3.0, 2.0, 1.0])), "yes")
    assert not right.bad()
    assert not right.singles
    assert right.right_on_probes
    assert not right.wrong


def test_results_are_found_by_check_and_status() -> None:
    wrong = view(np.eye(3) * 0.9)
    assert [one.check for one in wrong.of("value.faithful", "fail")] == ["value.faithful"]
    assert not wrong.of("value.faithful", "pass")
    assert not wrong.of("no.such.check", "fail")
