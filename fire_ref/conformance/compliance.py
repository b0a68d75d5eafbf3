"""Every known implementation that is installed, verified, and compared with what its record says of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from ..errors import BackendError
from .asking import Progress
from .known.catalogue import installed
from .known.record import Known
from .report import Report
from .verification import verify


class Row(NamedTuple):
    """
    One implementation.

    Attributes
    ----------
    known : Known
        Its record.
    version : str
        Of the installed package.
    report : Report or None
        None where it could not be called at all.
    as_recorded : bool
        Both verdicts and the diagnoses of severity error and limit are those of the record.
    differs : str
        What is not, in words; "" if nothing.
    """

    known: Known
    version: str
    report: Report | None
    as_recorded: bool
    differs: str


def compliance(
    *,
    quick: bool = False,
    timeout: float = 60.0,
    progress: Progress | None = None,
    only: Sequence[Known] | None = None,
) -> tuple[Row, ...]:
    """
    Verify every known implementation installed here, each in a child process.

    Parameters
    ----------
    quick : bool
        As in `verify`.
    timeout : float
        Seconds for one call.
    progress : callable, optional
        Called with (done, total, name).
    only : sequence of Known, optional
        Instead of all that are installed.

    Returns
    -------
    tuple of Row
        In the order of the catalogue.
    """
    records = installed() if only is None else list(only)
    rows = []
    for place, known in enumerate(records):
        if progress is not None:
            progress(place, len(records), known.name)
        rows.append(_row(known, quick, timeout))
    if progress is not None:
        progress(len(records), len(records), "")
    return tuple(rows)


def _row(known: Known, quick: bool, timeout: float) -> Row:
    try:
        found = version(known.package)
    except PackageNotFoundError:
        found = ""
    try:
        report = verify(
            known.target,
            known.dialect,
            level=known.level,
            arrays=known.arrays,
            dtype=known.dtype,
            kwargs=known.kwargs,
            result=known.result,
            in_place=known.in_place,
            adapter=known.adapter,
            quick=quick,
            timeout=timeout,
        )
    except (BackendError, ValueError, ImportError) as error:
        return Row(known, found, None, False, str(error))
    differs = "; ".join(_differences(known, report, quick))
    return Row(known, found, report, not differs, differs)


def _differences(known: Known, report: Report, quick: bool) -> list[str]:
    told = []
    for name in ("faithful", "converged"):
        expected, status = getattr(known, name), getattr(report, name).status
        if status != expected:
            told.append(f"{name} is {status}, recorded {expected}")
    codes = {found.code for found in report.diagnoses if found.severity != "note"}
    missing, extra = set(known.codes) - codes, codes - set(known.codes)
    if missing and not quick:  # fewer cases show fewer mistakes
        told.append(f"not diagnosed: {', '.join(sorted(missing))}")
    if extra:
        told.append(f"not recorded: {', '.join(sorted(extra))}")
    return told
