from __future__ import annotations

from dataclasses import replace

import pytest

from fire_ref.conformance.compliance import compliance
from fire_ref.conformance.known.catalogue import KNOWN

from ..backends import available

SCIPY = next(known for known in KNOWN if known.package == "scipy")


def test_scipy_behaves_as_its_record_says() -> None:
    told: list[str] = []
    (row,) = compliance(quick=True, only=[SCIPY], progress=lambda _done, _all, name: told.append(name))
    assert row.as_recorded, row.differs
    assert row.report is not None
    assert row.report.passed
    assert row.version
    assert told == [SCIPY.name, ""]


def test_another_record_differs_in_words() -> None:
    (row,) = compliance(quick=True, only=[replace(SCIPY, dialect="official")])
    assert not row.as_recorded
    assert "faithful is no, recorded yes" in row.differs
    assert "not recorded: WRONG_STEPS" in row.differs


def test_a_missing_diagnosis_differs_in_a_full_run_only() -> None:
    record = replace(SCIPY, codes=("EPS_FLOOR",))
    assert compliance(only=[record])[0].differs == "not diagnosed: EPS_FLOOR"
    assert compliance(only=[record], quick=True)[0].as_recorded


def test_what_cannot_be_loaded_is_told() -> None:
    (row,) = compliance(quick=True, only=[replace(SCIPY, target="scipy.linalg:no_such_function")])
    assert row.report is None
    assert not row.as_recorded
    assert "no_such_function" in row.differs


def test_a_gpu_that_is_not_here_is_told() -> None:
    if available("cupy").cuda.is_available():
        pytest.skip("there is one")
    (row,) = compliance(quick=True, only=[replace(SCIPY, arrays="cupy")])
    assert (row.report, row.as_recorded) == (None, False)
    assert row.differs.startswith("backend: 'cupy' cannot be used")
