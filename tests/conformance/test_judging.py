from __future__ import annotations

import numpy as np

from fire_ref.conformance.checks import chosen, run
from fire_ref.conformance.fingerprint import take
from fire_ref.conformance.judging import LEAST, judged, verdicts

from .mutants import ns
from .observed import evidence, observation

W = np.diag([3.0, 2.0, 1.0])


def test_a_failing_case_gives_no_with_the_steps_that_would_do() -> None:
    graded = np.diag([1.0, 0.1, 1e-4])
    found = evidence(observation(graded, ns(graded), "probe"))
    faithful, converged = verdicts(found, run(found))
    assert faithful.status == "yes"
    assert converged.status == "no"
    assert converged.case == "made"
    assert converged.steps_needed is not None
    assert converged.steps_needed > 5


def test_no_result_is_no_verdict() -> None:
    found = evidence(observation(W, ns(W), "probe"))
    faithful, _ = verdicts(found, run(found, chosen(["call.returns"])))
    assert faithful.status == "not-applicable"


def test_everything_is_concluded() -> None:
    found = evidence(observation(W, np.eye(3) * 0.5, "probe"))
    report = judged(found, take(found, "1"), chosen(None), "by hand", {"a": "1"})
    assert not report.passed
    assert report.target == "by hand"
    assert report.versions == {"a": "1"}
    assert report.diagnoses
    assert report.cases["made"].startswith("3 x 3 float64")
    assert report.device == ""


def test_the_device_is_that_of_the_first_input() -> None:
    places = ("", "cuda:1", "cpu")
    found = evidence(*(observation(W, ns(W), "probe", given_device=place) for place in places))
    assert judged(found, take(found, "1"), chosen(None), "by hand", {}).device == "cuda:1"


def test_a_yes_takes_eight_conclusive_cases() -> None:
    assert LEAST == 8
