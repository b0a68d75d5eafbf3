"""`fire-ref reinit`: a checkpoint rewritten from file to file, with a plan before and a table after."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..arguments import count
from ..arrays import backend
from ..errors import BackendError, sentence
from ..streaming.engine import Alone, Engine
from ..streaming.journal import journal_of, part_of
from ..streaming.plan import plan
from ..streaming.record import Rewriting, rewriting
from ..streaming.request import Request
from ..streaming.running import reserved
from ..streaming.running import run as carry_out
from ..streaming.workplace import Workplace
from .console import Output, printable
from .files import targets, written
from .waiting import progress

COMMAND = "fire-ref reinit"
#: The width of a line that no window limits, and the room of a name in one that does.
FILE, ROOM = 10_000, 44
#: The room of a name where nothing limits it: names of thousands of characters are somebody's joke.
LONG = 200
#: Lines that are shown one by one before the rest is counted.
SHOWN = 40
RESET, COPY = "reset", "copy"


def run(options: argparse.Namespace) -> int:
    """
    Plan, and unless that is all that is wanted, carry out.

    Parameters
    ----------
    options : argparse.Namespace
        checkpoint, out, recipe, method, steps, initial, layout, device, workers, scheduler, mixed, dry_run, restart,
        overwrite, json.

    Returns
    -------
    int
        0.

    Raises
    ------
    ValueError
        As the library does, in a line that begins as all of this command's do.
    OSError
        Likewise, and with the path in place of the system's number.
    BackendError
        Likewise.
    """
    try:
        return _run(options)
    except OSError as error:
        if str(error).startswith(COMMAND):
            raise
        told = str(error) if error.strerror is None or error.filename is None else f"{error.filename}: {error.strerror}"
        raise OSError(f"{COMMAND}: {told}") from error
    except ValueError as error:
        if str(error).startswith(COMMAND):
            raise
        raise ValueError(f"{COMMAND}: {error}") from error
    except BackendError as error:
        if str(error).startswith(COMMAND):
            raise
        raise BackendError(f"{COMMAND}: {error}") from error


def _run(options: argparse.Namespace) -> int:
    request = _request(options)
    found = plan(COMMAND, request)
    inputs = [str(path) for path in [*found.source.files, *([] if found.initial is None else found.initial.files)]]
    if Path(request.recipe).is_file():
        inputs.append(request.recipe)
    (numbers,) = targets(COMMAND, {"--json": options.json}, inputs)
    # Nothing is discarded for a plan, nor before the report has a place of its own.
    place = reserved(COMMAND, found, replace(request, restart=False))
    if numbers is not None:
        _require_apart(numbers, place)
    if options.dry_run:
        _tell(rewriting(found, place), options.json, numbers, planned=True)
        return 0
    if request.restart:
        place = reserved(COMMAND, found, request)
    with _engine(request) as engine, progress() as tell:
        journal, outcomes = carry_out(COMMAND, found, request, place, engine, tell)
    _tell(rewriting(found, place, journal, outcomes), options.json, numbers, planned=False)
    return 0


def _require_apart(numbers: Path, place: Workplace) -> None:
    """
    Refuse a report that would take the place of a result, or be cleared away with what is unfinished.

    Raises
    ------
    ValueError
        It is OUT, lies in OUT's folder, or where the work is done.
    """
    file = Path(os.path.realpath(numbers))
    journal = journal_of(place.desk)
    taken = [place.target, place.desk, place.old, journal, part_of(journal), *([place.folder] if place.swaps else [])]
    if any(path == file or path in file.parents for path in taken):
        rule = "lie outside of what is written"
        raise ValueError(sentence(COMMAND, "--json", rule, repr(str(numbers)), "a file beside OUT"))


def _request(options: argparse.Namespace) -> Request:
    if options.workers is not None:
        count(COMMAND, "--workers", options.workers, least=1)
    if options.device == "cuda":
        backend("cupy")  # before anything is read
    names = Request.__dataclass_fields__
    return Request(**{name: getattr(options, name) for name in names})


@contextmanager
def _engine(request: Request) -> Iterator[Engine]:
    if not request.distributed:
        yield Alone()
        return
    from ..streaming.cluster import cluster

    with cluster(COMMAND, request) as found:
        yield found


def _tell(found: Rewriting, wanted: str | None, file: Path | None, *, planned: bool) -> None:
    text = json.dumps(found.plain(), indent=1, allow_nan=False)
    if wanted == "-":
        Output().out(text, highlight=False)
        return
    if file is not None:
        with written(file) as part:
            part.write_text(text + "\n", encoding="utf-8")
    show(found, planned=planned)


def show(found: Rewriting, *, planned: bool) -> None:
    """
    Print the plan, or what became of it.

    Parameters
    ----------
    found : Rewriting
        What to print.
    planned : bool
        Whether nothing was done yet.
    """
    console = Output()
    narrow = console.is_terminal
    _say(console, f"FIRE of {found.checkpoint} to {found.out}, recipe {found.recipe}", style="bold")
    _say(console, found.source, style="dim")
    Output(console.width if narrow else FILE).print(_planned(found, narrow) if planned else _done(found, narrow))
    for line in _totals(found, planned):
        _say(console, line)
    for note in found.notes:
        _say(console, f"* {note}")


def _planned(found: Rewriting, narrow: bool) -> Table:
    rows = [
        (line.shard, line.tensor, "x".join(map(str, line.shape)), line.dtype, line.action, line.why)
        for line in found.plan
    ]
    return _table(("shard", "tensor", "shape", "dtype", "action", "why"), rows, narrow)


def _done(found: Rewriting, narrow: bool) -> Table:
    rows = [(b.name, f"{b.dfi_before:.4g}", f"{b.dfi_after:.4g}", f"{b.sfe:.4g}") for b in found.blocks]
    return _table(("tensor", "DfI before", "DfI after", "SFE"), rows, narrow)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], narrow: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1))
    for title in titles:
        numbers = title.startswith(("DfI", "SFE"))
        table.add_column(title, justify="right" if numbers else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell, ROOM if narrow else LONG)) for cell in row))
    return table


def _totals(found: Rewriting, planned: bool) -> Iterator[str]:
    verb = "would change" if planned else "changed"
    yield f"{len(found.changed)} of {len(found.plan)} tensors {verb}{_actions(found)}"
    summed = dict(found.skipped)
    if not planned:  # a plan has a row for each of them
        put = [f"{_name(line.tensor)}: {line.why}" for line in found.plan if line.action in (RESET, COPY)]
        yield from _cut(put, "reset or copied")
        shapes = {line.tensor: line.shape for line in found.plan}
        large = [name for name in summed if len(shapes[name]) >= 2]
        told = (f"left as it is, {_name(n)}, {'x'.join(map(str, shapes[n]))}: {summed.pop(n)}" for n in large)
        yield from _cut(list(told), "of two axes or more left as they are")
    reasons: dict[str, list[str]] = {}
    for name, reason in summed.items():
        reasons.setdefault(reason, []).append(name)
    yield from _cut([_summed(reason, names) for reason, names in reasons.items()], "reasons")
    files = len({line.shard for line in found.plan})
    size = f"{found.bytes / 1e6:.1f} MB in {files} {'file' if files == 1 else 'files'}"
    yield f"{size}; at most {found.memory / 1e6:.0f} MB of memory in each process, beyond what it has when idle"


def _actions(found: Rewriting) -> str:
    """Say how many were projected and how, and how many were reset or copied, where there are such."""
    counts = Counter(line.action for line in found.plan)
    by = f"by {found.method}" + ("" if found.steps is None else f", k = {found.steps}")
    others = [f"{counts[action]} {said}" for action, said in ((RESET, "reset"), (COPY, "copied")) if counts[action]]
    if not others:
        return f", {by}"
    projected = [f"{counts['project']} projected, {by}"] if counts["project"] else []
    return ": " + "; ".join([*projected, *others])


def _summed(reason: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"1 left as it is, {_name(names[0])}: {reason}"
    return f"{len(names)} left as they are, {_name(names[0])} ...: {reason}"


def _cut(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"... and {len(lines) - SHOWN} more {what}; --json tells all"


def _name(name: str) -> str:
    return printable(name, LONG)


def _say(console: Output, text: str, style: str | None = None) -> None:
    # A file gets lines in one piece; control characters of a hostile name never reach a terminal.
    console.print(printable(text, None), style=style, markup=False, highlight=False, soft_wrap=not console.is_terminal)
