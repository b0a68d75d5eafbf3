"""
Every known implementation that is installed, verified, as plain data: what the table and figure C are made of.

Verifying takes minutes, writing and drawing do not: whoever keeps these rows need not verify again.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from fire_ref.cli.waiting import progress
from fire_ref.conformance.compliance import Row, compliance
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.hypotheses import declared
from fire_ref.conformance.known import Known
from fire_ref.conformance.record import Explanation, Findings

from .catalogue import Data

LIBRARIES = ("numpy", "torch", "jax")


def verified(only: Sequence[Known] | None = None, *, quick: bool = False) -> Data:
    """
    Verify, each in a child process.

    Parameters
    ----------
    only : sequence of Known, optional
        Instead of all that are installed.
    quick : bool
        As in `fire_ref.verify`.

    Returns
    -------
    dict
        "rows", see `row`, in the order of the catalogue; "libraries", their versions; "system".

    Raises
    ------
    ValueError
        None is installed.
    """
    with progress() as tell:
        rows = [row(found) for found in compliance(quick=quick, progress=tell, only=only)]
    if not rows:
        raise ValueError(
            "figures: at least one known implementation must be installed; got none."
            ' Try pip install -e ".[peers,known]".'
        )
    libraries = {name: found for name in LIBRARIES if (found := _version(name))}
    return {"rows": rows, "libraries": libraries, "system": f"{platform.system()} {platform.machine()}"}


def row(found: Row) -> Data:
    """
    Turn one row into plain data.

    Parameters
    ----------
    found : Row
        Of `compliance`.

    Returns
    -------
    dict
        name, version, dialect; faithful and converged, verdicts, None where it could not be called; enough, the steps
        that a faithful one would need where it takes fewer; computes, a formula; worst, the largest deviation over
        its bound, with finite; codes, each with its severity, notes left out; as_recorded, differs.
    """
    known, report = found.known, found.report
    plain: Data = {
        "name": known.name,
        "version": found.version,
        "dialect": known.dialect,
        "faithful": None,
        "converged": None,
        "enough": None,
        "computes": known.computes,
        "worst": None,
        "finite": True,
        "codes": {},
        "as_recorded": found.as_recorded,
        "differs": found.differs,
    }
    return plain if report is None else plain | _findings(known, report)


def _findings(known: Known, report: Findings) -> Data:
    worst = report.faithful.worst
    finite = worst is None or math.isfinite(worst)
    return {
        "faithful": report.faithful.status,
        "converged": report.converged.status,
        "enough": _enough(known, report),
        "computes": _computes(known, report),
        "worst": worst if finite else None,
        "finite": finite,
        "codes": _codes(report),
    }


def _codes(report: Findings) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in report.diagnoses:  # an error outweighs a limit of the same name
        if one.severity == "error" or (one.severity == "limit" and one.code not in found):
            found[one.code] = one.severity
    return dict(sorted(found.items()))


def _enough(known: Known, report: Findings) -> int | None:
    steps, needed = DIALECTS[known.dialect].steps, report.converged.steps_needed
    if report.faithful.status != "yes" or steps is None or needed is None or needed <= steps:
        return None
    return needed


def _computes(known: Known, report: Findings) -> str:
    formula = declared(DIALECTS[known.dialect])
    if formula.steps is None and report.faithful.status == "yes":
        return known.computes
    explained = report.fingerprint.explanations
    # what has converged is explained by many others, too
    same = [one for one in explained if (one.coefficients, one.steps) == (formula.coefficients, formula.steps)]
    best = next(iter([*same, *explained]), None)
    return known.computes if best is None else _formula(best)


def _formula(found: Explanation) -> str:
    parts = [found.coefficients]
    parts += [f"k = {found.steps}"] if found.steps is not None else []
    parts += [f"{found.normalization} norm"] if found.normalization not in ("", "none") else ["no norm"]
    parts += [f"times {found.gain}"] if found.gain not in ("", "1") else []
    return ", ".join(parts)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
