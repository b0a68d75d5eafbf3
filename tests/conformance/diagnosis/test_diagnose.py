from __future__ import annotations

import fire_ref
from fire_ref.conformance.diagnosis import diagnose
from fire_ref.conformance.diagnosis.codes import CODES
from fire_ref.conformance.record import SEVERITIES

from ..mutants import MUTANTS, careful, ns
from ..states.mutants import MUTANTS as NETWORKS
from .naming import named, report_on

#: Seen directly or by hand-made outcomes, not by a function of an array in this process.
ELSEWHERE = {"HUNG", "CRASHED", "DEVICE_CHANGED", "NON_WEIGHT_CHANGED"}
#: Limits and notes of networks that are right: `states/test_moments.py`, `test_batchnorm.py`, `test_targets.py`.
BESIDE_WEIGHTS = {"STALE_OPTIMIZER", "STALE_BATCHNORM", "NOT_COPIED"}


def test_every_code_has_a_mutant() -> None:
    networks = {code for mutant in NETWORKS for code in mutant.codes} | BESIDE_WEIGHTS
    assert {mutant.code for mutant in MUTANTS} | ELSEWHERE | networks == set(CODES)


def test_a_mistake_without_a_name_is_unexplained() -> None:
    named(next(mutant for mutant in MUTANTS if mutant.code == "UNEXPLAINED"))


def test_a_careful_implementation_has_nothing_against_it() -> None:
    report = fire_ref.verify(careful)
    assert report.passed
    assert {one.code for one in report.diagnoses if one.severity != "note"} == {"UNDER_ITERATED"}


def test_what_the_dialect_has_by_specification_is_a_limit() -> None:
    report = fire_ref.verify(ns, quick=True)
    codes = {one.code: one.severity for one in report.diagnoses}
    assert codes["ZERO_NAN"] == "limit"
    assert report.passed


def test_errors_come_first_then_what_is_surest() -> None:
    report = report_on(next(mutant for mutant in MUTANTS if mutant.name == "kernels left alone"))
    order = [(SEVERITIES.index(one.severity), -one.confidence) for one in report.diagnoses]
    assert len(order) > 2
    assert order == sorted(order)


def test_the_mistake_is_also_named_when_quick() -> None:
    for name in ("nine", "spectral", "2 rows", "Q of QR", "one norm for all taps", "3.445"):
        mutant = next(one for one in MUTANTS if one.name == name)
        assert report_on(mutant, quick=True).diagnoses[0].code == mutant.code


def test_rules_are_registered_once() -> None:
    assert len(set(diagnose.RULES)) == len(diagnose.RULES)
