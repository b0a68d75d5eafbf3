"""`fire-ref demo`: a table, a sentence, and on request the picture and the numbers."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..demo import Demo, Row, compute
from ..errors import sentence
from .files import check_target, written
from .plot import check_plot, draw, save

#: What the table needs, and what a window has at least.
WIDTH, LEAST = 80, 20
NOTES = (
    "DfI: deviation from isometry, at the layer's gain of 1. SFE: squared change of the weights. Least: what that DfI "
    "costs at least. Response: smallest to largest singular value. Steps: Newton-Schulz steps from the "
    "matrix of that row until all of it is within 1e-6 of isometry."
)


class Output(Console):
    """Standard output; a reader that leaves early, as `head` does, is no verdict on anything."""

    def __init__(self) -> None:
        super().__init__()
        if self.width < LEAST:
            self.width = WIDTH  # a terminal that does not know its width

    def on_broken_pipe(self) -> None:
        """
        Stop as a program stops that SIGPIPE reaches.

        Raises
        ------
        SystemExit
            With status 141.
        """
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141)


def run(options: argparse.Namespace) -> int:
    """
    Compute and show.

    Parameters
    ----------
    options : argparse.Namespace
        plot, json, device.

    Returns
    -------
    int
        0.
    """
    plot, numbers = _targets(options)  # before the work, not after it
    found = compute(options.device)
    if options.json != "-":
        show(found, Output())
    if plot is not None:
        with written(plot) as part:
            save(draw(found), part, plot.suffix[1:].lower())
    if options.json == "-":
        Output().out(_text(found), highlight=False)
    elif numbers is not None:
        with written(numbers) as part:
            part.write_text(_text(found) + "\n")
    return 0


def _targets(options: argparse.Namespace) -> tuple[Path | None, Path | None]:
    plot = None if options.plot is None else Path(options.plot)
    numbers = None if options.json in (None, "-") else Path(options.json)
    if plot is not None:
        check_plot(plot)
        check_target("fire-ref demo", "--plot", plot)
    if numbers is not None:
        check_target("fire-ref demo", "--json", numbers)
        if plot is not None and plot.resolve() == numbers.resolve():
            raise ValueError(
                sentence("fire-ref demo", "--plot and --json", "be two files", str(plot), "--json demo.json")
            )
    return plot, numbers


def _text(found: Demo) -> str:
    return json.dumps(found.to_dict(), indent=2, allow_nan=False)


def show(found: Demo, console: Console) -> None:
    """Print the table and the sentence."""
    m, n = found.shape
    table = Table(title=f"FIRE on {found.layer} ({m} x {n}) of the digits network", title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("DfI", "SFE", "least", "response", "steps"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.rows:
        table.add_row(*_cells(row))
    # In a narrow window whole lines that the terminal wraps are better than numbers cut off.
    Console(file=console.file, width=max(console.width, WIDTH)).print(table)
    console.print(f"\n{found.sentence}\n", highlight=False)
    console.print(NOTES, style="dim", highlight=False)


def _cells(row: Row) -> tuple[str, ...]:
    response = f"{row.response_min:.3g} .. {row.response_max:.4g}"
    return (
        row.name,
        f"{row.dfi:.4g}",
        f"{row.sfe:.4g}",
        f"{row.least_sfe:.4g}",
        response,
        str(row.steps_needed),
    )
