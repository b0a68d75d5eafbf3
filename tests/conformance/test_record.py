"""The records are frozen, small, and have the fields that the contract names."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from fire_ref.conformance.record import (
    SEVERITIES,
    STATUSES,
    VERDICTS,
    Diagnosis,
    Explanation,
    Findings,
    Fingerprint,
    Probe,
    Result,
    Timing,
    Verdict,
)

FIELDS = {
    Verdict: "status worst case steps_needed",
    Result: "case check status residual bound",
    Diagnosis: "code severity confidence case tensor evidence explanation hint reference",
    Findings: "passed faithful converged results diagnoses fits fingerprint",
    Fingerprint: "leakage precision probes explanations",
    Probe: "case shape values response declared",
    Explanation: "coefficients steps normalization gain residual",
    Timing: "loading first_calls calls judging",
}


@pytest.mark.parametrize("record", FIELDS)
def test_a_record_has_the_fields_of_the_contract_and_documents_all(record: Any) -> None:
    names = {field.name for field in fields(record)}
    assert set(FIELDS[record].split()) <= names
    if record not in (Probe, Timing):
        assert {name for name in names if name not in record.__doc__} <= {"cases", "timing"}


@pytest.mark.parametrize("one", [Verdict("yes"), Result("a", "b", "pass"), Fingerprint(), Timing()])
def test_a_record_is_frozen(one: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(one, fields(one)[0].name, "no")


def test_words_are_those_of_the_contract() -> None:
    assert VERDICTS == ("yes", "no", "inconclusive", "not-applicable")
    assert SEVERITIES == ("error", "limit", "note")
    assert STATUSES == ("pass", "fail", "inconclusive", "skipped", "recorded")


def test_what_was_not_measured_is_none() -> None:
    assert (Verdict("no").worst, Verdict("no").steps_needed) == (None, None)
    assert (Result("a", "b", "pass").residual, Result("a", "b", "pass").bound) == (None, None)
    assert Fingerprint() == Fingerprint(None, "", (), ())
