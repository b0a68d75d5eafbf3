"""`fire-ref verify` without a target: every known implementation that is installed here, in one table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ..conformance.report import plain
from ..conformance.wording import SYMBOLS, one_line
from .console import Output
from .verdicts import heading, put, say

if TYPE_CHECKING:
    from ..conformance.compliance import Row

#: Names the form of the JSON.
SCHEMA = "fire_ref/compliance/1"
#: What is known of an implementation: where it is, how it is called, how it is known to behave.
KNOWN = (
    "name",
    "package",
    "target",
    "level",
    "arrays",
    "dtype",
    "dialect",
    "computes",
    "faithful",
    "converged",
    "codes",
    "note",
)


def show_all(rows: Sequence[Row], console: Output) -> None:
    """Print the table, then what differs from the record."""
    titles = (
        "<implementation",
        "<version",
        "<computes",
        "<dialect",
        "<faithful",
        "<converged",
        "worst",
        "<as recorded",
    )
    table = heading(*titles)
    for row in rows:
        found = row.report
        verdicts = ("-", "-") if found is None else (found.faithful.status, found.converged.status)
        known = row.known
        cells = map(one_line, (known.name, row.version, known.computes, known.dialect, *verdicts, _worst(row)))
        table.add_row(*(Text(cell, overflow="fold") for cell in cells), _recorded(row))
    put(
        console,
        "Known implementations installed here, against what is recorded of them (worst: over its bound):",
        table,
    )
    console.print()
    for row in rows:
        if not row.as_recorded:
            say(console, Text(one_line(f"{row.known.name}: {row.differs}"), style="red"))
    same = sum(row.as_recorded for row in rows)
    say(console, Text(f"{same} of {len(rows)} behave as recorded.", style="bold"))


def _worst(row: Row) -> str:
    """Return the largest deviation from the dialect over its bound."""
    worst = None if row.report is None else row.report.faithful.worst
    return "-" if worst is None else f"{worst:.2g}"


def _recorded(row: Row) -> Text:
    if row.as_recorded:
        return Text(f"{SYMBOLS['yes']} yes", style="green")
    return Text(f"{SYMBOLS['no']} no", style="bold red")


def text_of(rows: Sequence[Row]) -> str:
    """
    Write the table as JSON.

    Parameters
    ----------
    rows : sequence of Row
        Of `compliance`.

    Returns
    -------
    str
    """
    data = {"schema": SCHEMA, "rows": [_row(row) for row in rows]}
    return json.dumps(plain(data), indent=2, allow_nan=False)


def _row(row: Row) -> dict[str, Any]:
    return {
        "known": {name: getattr(row.known, name) for name in KNOWN},
        "version": row.version,
        "as_recorded": row.as_recorded,
        "differs": row.differs,
        "report": None if row.report is None else row.report.to_dict(),
    }
