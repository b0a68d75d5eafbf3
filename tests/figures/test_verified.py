"""The known implementations as plain rows: what the reports say, and only what JSON holds."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from figures.verified import row, verified
from fire_ref.conformance.compliance import Row
from fire_ref.conformance.known import Known
from fire_ref.conformance.known.catalogue import KNOWN
from fire_ref.conformance.record import Explanation, Fingerprint, Verdict
from fire_ref.conformance.report import Report

from ..conformance.reports import diagnosis, passing

SCIPY = next(known for known in KNOWN if known.package == "scipy")
STEPS = Known("ten steps", "scipy", "m:f", "matrix", "numpy", "float32", "official", "from its source", converged="no")


def found(report: Report | None, known: Known = STEPS) -> Row:
    return Row(known, "1.2", report, True, "")


def test_scipy_is_what_its_record_says() -> None:
    data = verified([SCIPY], quick=True)
    (one,) = data["rows"]
    assert (one["name"], one["dialect"], one["faithful"], one["converged"]) == (SCIPY.name, "paper", "yes", "yes")
    assert (one["computes"], one["codes"], one["as_recorded"], one["differs"]) == (SCIPY.computes, {}, True, "")
    assert 0 < one["worst"] <= 1
    assert data["libraries"]["numpy"] == np.__version__
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_a_wrong_declaration_is_an_error_with_its_formula() -> None:
    (one,) = verified([replace(SCIPY, dialect="official")], quick=True)["rows"]
    assert (one["faithful"], one["codes"]["WRONG_STEPS"], one["as_recorded"]) == ("no", "error", False)
    assert "faithful is no, recorded yes" in one["differs"]


def test_what_cannot_be_called_has_no_verdicts() -> None:
    (one,) = verified([replace(SCIPY, target="scipy.linalg:no_such_function")], quick=True)["rows"]
    assert (one["faithful"], one["converged"], one["worst"], one["codes"]) == (None, None, None, {})
    assert one["computes"] == SCIPY.computes
    assert "no_such_function" in one["differs"]


def test_nothing_installed_says_what_to_install() -> None:
    with pytest.raises(ValueError, match=r'must be installed; got none\. Try pip install -e "\.\[peers,known\]"'):
        verified([])


def test_steps_are_told_where_more_than_the_dialect_takes_would_do() -> None:
    report = passing()  # of ten steps, converging after 38
    assert row(found(report))["enough"] == 38
    assert row(found(replace(report, converged=Verdict("no", 2.0, "", 10))))["enough"] is None
    assert row(found(replace(report, converged=Verdict("no", 2.0, "", None))))["enough"] is None
    assert row(found(replace(report, faithful=Verdict("no", 2.0))))["enough"] is None
    assert row(found(report, replace(STEPS, dialect="paper")))["enough"] is None


def test_an_error_outweighs_a_limit_and_notes_are_left_out() -> None:
    told = [
        ("OVERFLOW", "limit"),
        ("A", "error"),
        ("OVERFLOW", "error"),
        ("OVERFLOW", "limit"),
        ("RANK_POLICY", "note"),
    ]
    report = replace(passing(), diagnoses=tuple(diagnosis(*one) for one in told))
    assert list(row(found(report))["codes"].items()) == [("A", "error"), ("OVERFLOW", "error")]


def test_what_is_not_finite_is_told_apart_from_what_is_unknown() -> None:
    report = passing()
    for worst, plain in (
        (math.inf, (None, False)),
        (math.nan, (None, False)),
        (None, (None, True)),
        (0.5, (0.5, True)),
    ):
        one = row(found(replace(report, faithful=Verdict("no", worst))))
        assert (one["worst"], one["finite"]) == plain


def test_the_formula_that_explains_the_answers() -> None:
    wanted = Explanation("cubic", 10, "frobenius", "1", 0.9)
    better = Explanation("muon", 5, "none", "sqrt(o/i)", 0.1)
    report = passing()
    for explained, told in (
        ((better, wanted), "cubic, k = 10, frobenius norm"),  # the declared one, if it does
        ((better,), "muon, k = 5, no norm, times sqrt(o/i)"),
        ((), "from its source"),
    ):
        one = row(found(replace(report, fingerprint=Fingerprint(explanations=explained))))
        assert one["computes"] == told
    # Of an exact dialect, its source says more than "exact".
    exact = replace(report, fingerprint=Fingerprint(explanations=(Explanation("exact", None, "", "1", 0.1),)))
    assert row(found(exact, replace(STEPS, dialect="paper")))["computes"] == "from its source"
