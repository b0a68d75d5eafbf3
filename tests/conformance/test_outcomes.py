"""What a check says of a case."""

from __future__ import annotations

from fire_ref.conformance.outcomes import PASS, Finding, failed, recorded
from fire_ref.conformance.record import STATUSES


def test_the_short_forms_are_findings_of_known_status() -> None:
    assert Finding("pass", None, None, "", False) == PASS
    assert failed("why") == Finding("fail", None, None, "why", False)
    assert failed() == Finding("fail")
    assert recorded("what") == Finding("recorded", None, None, "what", False)
    assert recorded("refused", stops=True).stops
    assert {PASS.status, failed().status, recorded("").status} <= set(STATUSES)
