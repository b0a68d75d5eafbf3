"""Whether a report names a mutant's mistake."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import pytest

import fire_ref
from fire_ref.conformance.diagnosis.codes import CODES

from ..mutants import MUTANTS, Mutant


def report_on(mutant: Mutant, *, quick: bool = False) -> fire_ref.Report:
    """Verify a mutant; NumPy's complaints about its arithmetic are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fire_ref.verify(
            mutant.fn, mutant.dialect, level=mutant.level, dtype=mutant.dtype, kwargs=mutant.kwargs, quick=quick
        )


def named(mutant: Mutant) -> fire_ref.Report:
    """
    Check that the code is found with its severity, an error first of all, and that errors alone do not pass.

    Returns
    -------
    Report
    """
    report = report_on(mutant)
    found = {one.code: one for one in report.diagnoses}
    assert mutant.code in found, f"{mutant.name}: found {list(found)}"
    one = found[mutant.code]
    assert one.severity == mutant.severity
    assert one.case in report.cases
    assert one.evidence
    assert (one.explanation, one.hint) == CODES[mutant.code][:2]
    assert report.passed == (mutant.severity != "error")
    if mutant.severity == "error":
        assert report.diagnoses[0].code == mutant.code
    return report


def of_codes(codes: Iterable[str]) -> pytest.MarkDecorator:
    """Parametrise a test over the mutants that have one of some codes; each code must have one."""
    chosen = [mutant for mutant in MUTANTS if mutant.code in codes]
    missing = set(codes) - {mutant.code for mutant in chosen}
    assert not missing, f"no mutant shows {missing}"
    names = [f"{mutant.code}, {mutant.name}" for mutant in chosen]
    return pytest.mark.parametrize("mutant", chosen, ids=names)
