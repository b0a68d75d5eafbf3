"""Other projects' implementations as they are installed: verified in full, each behaves as its record says."""

from __future__ import annotations

import pytest

from fire_ref.conformance.compliance import compliance
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.hypotheses import declared
from fire_ref.conformance.known import KNOWN, Known, installed

from ..backends import REQUIRED


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_it_behaves_as_recorded(known: Known) -> None:
    if known not in installed():
        reason = f"{known.package} (or {known.arrays}) is not installed"
        if known.package in REQUIRED:
            pytest.fail(f"{reason}, and is required here (FIRE_REF_REQUIRE)")
        pytest.skip(reason)
    (row,) = compliance(only=[known])
    assert row.as_recorded, row.differs
    assert row.report is not None
    dialect = DIALECTS[known.dialect]
    if known.faithful == "yes" and dialect.steps is not None:
        formula = declared(dialect)
        found = [(one.coefficients, one.steps) for one in row.report.fingerprint.explanations]
        assert (formula.coefficients, formula.steps) in found
