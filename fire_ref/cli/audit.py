"""`fire-ref audit`: a table, sentences, and on request the numbers and the page."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..arguments import count
from ..audits import Audit, audit
from ..audits.columns import STANDINGS, Column, columns, ordered
from ..audits.survey import Watch
from ..errors import sentence
from ..models import Row
from .console import Output, printable
from .files import targets, written
from .standings import standings

COMMAND = "fire-ref audit"
#: Characters of a tensor's name for which columns are dropped, and that it has in the narrowest window.
LEAST_NAME, SHORTEST = 40, 12
#: The width of a line that no window limits.
FILE = 10_000
#: Columns that a narrow window does without, the first one first.
DISPENSABLE = ("gain-share", "size", "dead", "sfe", "before", "cond")
NOTES = (
    "DfI: squared deviation from isometry (before: at the layer's own scale; k: what k steps leave). SFE %: squared "
    "change by exact FIRE, of the squared norm; gain %: the share of it that is gain. Steps: until every direction is "
    "within 1e-6. Dead: output units without weights."
)


def run(options: argparse.Namespace) -> int:
    """
    Audit and show.

    Parameters
    ----------
    options : argparse.Namespace
        checkpoint, recipe, layout, steps, operator, theory, sort, top, json, html, device.

    Returns
    -------
    int
        0.

    Raises
    ------
    ValueError
        An option that makes no sense, or a file that cannot be written.
    """
    if options.html == "-":
        raise ValueError(sentence(COMMAND, "--html", "name a file", "'-'", "--html audit.html"))
    inputs = _inputs(options.checkpoint)
    numbers, page = targets(COMMAND, {"--json": options.json, "--html": options.html}, inputs)
    steps = _steps(options.steps)
    ordered((), steps, options.sort)  # refuses an unknown key before the work is done
    top = None if options.top is None else count(COMMAND, "--top", options.top, least=1)
    with _progress() as watch:
        found = audit(
            options.checkpoint,
            recipe=options.recipe,
            steps=steps,
            layout=options.layout,
            operator=options.operator,
            theory=options.theory,
            device=options.device,
            watch=watch,
        )
    if options.json != "-":
        show(found, options.sort, top, Output())
    if page is not None:
        with written(page) as part:
            part.write_text(found.to_html(), encoding="utf-8")
    if options.json == "-":
        Output().out(found.to_json(), highlight=False)
    elif numbers is not None:
        with written(numbers) as part:
            part.write_text(found.to_json() + "\n", encoding="utf-8")
    return 0


def _inputs(checkpoint: str | None) -> list[str]:
    """Return every file that may be read: of an index, also the shards beside it."""
    if checkpoint is None or not checkpoint.endswith(".json"):
        return [] if checkpoint is None else [checkpoint]
    return [checkpoint, *map(str, Path(checkpoint).parent.glob("*.safetensors"))]


def _steps(text: str) -> tuple[int, ...]:
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        rule = "be whole numbers separated by commas"
        raise ValueError(sentence(COMMAND, "--steps", rule, repr(text), "--steps 5,10")) from None


@contextmanager
def _progress() -> Iterator[Watch | None]:
    """Show a bar on stderr while the block runs, where somebody can see it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(BarColumn(), TimeRemainingColumn(), text, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def watch(name: str, done: int, everything: int) -> None:
            bar.update(task, description=printable(name, 48), completed=done, total=everything)

        yield watch


def show(found: Audit, sort: str | None, top: int | None, console: Output) -> None:
    """Print the table, what is not in it, and the sentences."""
    rows = ordered(found.rows, found.steps, sort)
    shown = rows if top is None else rows[:top]
    window = console.width if console.is_terminal else None
    chosen = fitting(columns(found.steps), shown, window)
    recipe = "" if found.recipe is None else f", recipe {found.recipe}"
    _say(console, f"FIRE audit of {found.source}{recipe}", style="bold")
    Output(FILE).print(_table(chosen, shown, window))
    for row in shown:
        if row.note:
            _say(console, f"{row.name}: {row.action}, {row.note}")
    for line in _hidden(found, len(rows) - len(shown), len(columns(found.steps)) - len(chosen)):
        _say(console, line, style="dim")
    if any(row.theory for row in shown):
        console.print()
        Output(FILE).print(standings(shown, window))
    console.print()
    for text in found.sentences:
        _say(console, f"* {text}")
    console.print()
    _say(console, NOTES, style="dim")
    if any(row.theory for row in shown):
        _say(console, STANDINGS, style="dim")


def _hidden(found: Audit, more: int, dropped: int) -> Iterator[str]:
    if more:
        yield _plural(more, "more row")
    if dropped:
        yield f"{_plural(dropped, 'more column')} in a wider window, --json or --html"
    for reason, many in _reasons(found).items():
        yield f"{many} not audited: {reason}"


def _say(console: Console, text: str, style: str | None = None) -> None:
    # A file gets lines in one piece; control characters of a hostile name never reach a terminal.
    whole = not console.is_terminal
    console.print(printable(text, None), style=style, markup=False, highlight=False, soft_wrap=whole)


def _plural(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def fitting(every: Sequence[Column], rows: Sequence[Row], width: int | None) -> list[Column]:
    """
    Choose the columns that a window has room for.

    Parameters
    ----------
    every : sequence of Column
        All of them.
    rows : sequence of Row
        To be shown.
    width : int or None
        Of the window; None for a file, which has room for all.

    Returns
    -------
    list of Column
        In their order; what can be spared longest is dropped first.
    """
    kept = list(every)
    for key in DISPENSABLE:
        if width is None or sum(_wide(column, rows) for column in kept) <= width:
            break
        kept = [column for column in kept if column.key != key]
    return kept


def _wide(column: Column, rows: Sequence[Row]) -> int:
    longest = max((cell_len(column.text(row)) for row in rows), default=0)
    return 2 + max(len(column.title), min(longest, LEAST_NAME) if column.key == "name" else longest)


def _table(chosen: Sequence[Column], rows: Sequence[Row], width: int | None) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1))
    for column in chosen:
        table.add_column(column.title, justify="left" if column.key == "name" else "right", no_wrap=True)
    taken = sum(_wide(column, rows) for column in chosen if column.key != "name")
    room = None if width is None else max(SHORTEST, width - taken - 2)
    for row in rows:
        table.add_row(*(Text(printable(column.text(row), room if column.key == "name" else None)) for column in chosen))
    return table


def _reasons(found: Audit) -> dict[str, int]:
    counted: dict[str, int] = {}
    for reason in found.skipped.values():
        counted[reason] = counted.get(reason, 0) + 1
    return dict(sorted(counted.items(), key=lambda item: -item[1]))
