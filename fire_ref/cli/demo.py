"""`fire-ref demo`: a table, a sentence, and on request the picture and the numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..demo import Demo, Row, compute
from .console import WIDTH, Output
from .files import targets, written
from .plot import check_plot, draw, save

COMMAND = "fire-ref demo"
NOTES = (
    "DfI: deviation from isometry, at the layer's gain of 1. SFE: squared change of the weights. Least: what that DfI "
    "costs at least. Response: smallest to largest singular value. Steps: Newton-Schulz steps from the "
    "matrix of that row until all of it is within 1e-6 of isometry."
)


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
    if options.plot is not None:
        check_plot(Path(options.plot))
    plot, numbers = targets(COMMAND, {"--plot": options.plot, "--json": options.json})  # before the work, not after it
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
    Output(max(console.width, WIDTH)).print(table)
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
