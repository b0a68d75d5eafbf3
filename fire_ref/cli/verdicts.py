"""A report on the terminal: verdicts, diagnoses, what happened to singular values, results counted, time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..conformance.record import Diagnosis, Findings, Probe
from ..conformance.wording import SYMBOLS, declared, duration, fitting, folded, grouped, one_line, tally, verdicts
from .console import Output

#: The width of a line that no window limits.
FILE = 10_000
#: Singular values that are shown, of the probe that tells most.
ROWS = 8
STYLES: Mapping[str, str] = {
    "good": "green",
    "bad": "bold red",
    "doubt": "yellow",
    "quiet": "dim",
    "error": "red",
    "limit": "yellow",
    "note": "dim",
    "pass": "green",
    "fail": "red",
    "inconclusive": "yellow",
    "skipped": "dim",
    "recorded": "dim",
}


def show(found: Findings, console: Output) -> None:
    """Print the report."""
    say(console, _stamp(found))
    setting = f"{declared(found)}, level {found.level}, {found.arrays}, {found.dtype}"
    say(console, Text(one_line(f"{setting} on {found.device}" if found.device else setting)))
    say(console, Text(one_line(", ".join(f"{name} {v}" for name, v in found.versions.items())), style="dim"))
    console.print()
    for line in verdicts(found):
        answer = Text(f"{SYMBOLS[line.status]} {line.answer}", style=STYLES[line.tone])
        say(console, Text.assemble(f"{line.question} ", answer, f". {line.text}".rstrip()))
    say(console, Text(fitting(found)))
    if found.diagnoses:
        put(console, "", _diagnoses(found.diagnoses))
    probe = telling(found.fingerprint.probes)
    wrong = any(diagnosis.severity == "error" for diagnosis in found.diagnoses)
    if probe is not None and (wrong or len(probe.values) <= ROWS):
        m, n = probe.shape
        put(console, f"What became of singular values (case {probe.case}, {m} x {n}):", _response(probe))
    if found.results:
        put(console, "", _counts(found))
    console.print()
    say(console, Text(duration(found.timing), style="dim"))


def say(console: Console, text: Text) -> None:
    """Print text; a file gets lines in one piece."""
    console.print(text, soft_wrap=not console.is_terminal, highlight=False)


def put(console: Console, title: str, table: Table) -> None:
    """Print a table below an empty line and perhaps a title; a file has room for all of it."""
    console.print()
    if title:
        say(console, Text(one_line(title)))
    (console if console.is_terminal else Output(FILE)).print(table)


def heading(*columns: str) -> Table:
    """
    Begin a table.

    Parameters
    ----------
    *columns : str
        The headings; "<" before one whose column is text, else numbers stand on the right.

    Returns
    -------
    rich.table.Table
    """
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column.removeprefix("<"), justify="left" if column.startswith("<") else "right")
    return table


def _stamp(found: Findings) -> Text:
    stamp = Text("✓ passed", style="bold green") if found.passed else Text("✗ not passed", style="bold red")
    return Text.assemble(stamp, Text(f"  {one_line(found.target)}", style="bold"))


def _diagnoses(found: Sequence[Diagnosis]) -> Table:
    table = heading("<diagnosis", "<evidence, and what to do")
    for one, more in folded(found):
        name = Text(f"{SYMBOLS[one.severity]} {one.severity}\n{one_line(one.code)}", style=STYLES[one.severity])
        where = [f"tensor {one.tensor}"] if one.tensor else []
        where += [f"case {one.case}"] if one.case else []
        where += [f"confidence {one.confidence:.0%}"] if one.confidence < 1 else []
        told = f"{one.evidence} ({', '.join(where)})" if where else one.evidence
        lines = [Text(one_line(told), style="dim" if one.severity == "note" else "")]
        lines += [Text(f"→ {one_line(one.hint)}", style="dim")] if one.hint else []
        lines += [Text(f"and {more} more of this kind (--json has all)", style="dim")] if more else []
        table.add_row(name, Text("\n").join(lines))
    table.columns[0].no_wrap = True
    return table


def telling(probes: Sequence[Probe]) -> Probe | None:
    """
    Choose the probe that is furthest from what was declared.

    Parameters
    ----------
    probes : sequence of Probe
        Of the fingerprint.

    Returns
    -------
    Probe or None
        None of none; the first of equals.
    """
    return max(probes, key=_distance, default=None)


def _distance(probe: Probe) -> float:
    distances = [abs(p - q) for p, q in zip(probe.response, probe.declared, strict=True)]
    return max((math.inf if math.isnan(distance) else distance for distance in distances), default=0.0)


def _response(probe: Probe) -> Table:
    table = heading("singular value", "measured", "declared")
    last = len(probe.values) - 1
    for i in sorted({round(j * last / (ROWS - 1)) for j in range(ROWS)}) if last >= 0 else []:
        table.add_row(f"{probe.values[i]:.3g}", f"{probe.response[i]:.4g}", f"{probe.declared[i]:.4g}")
    return table


def _counts(found: Findings) -> Table:
    seen = [status for status, many in tally(found.results).items() if many]
    table = heading("<check", *seen)
    for check, group in grouped(found.results):
        counted = tally(group)
        cells = (Text(str(counted[s]), style=STYLES[s]) if counted[s] else Text("·", style="dim") for s in seen)
        table.add_row(Text(one_line(check), overflow="fold"), *cells)
    return table
