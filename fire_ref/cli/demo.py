"""`fire-ref demo`: a table, a sentence, and on request the picture and the numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..demo import Demo, Row, compute
from .files import written
from .plot import check_plot, draw, save

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
    if options.plot:
        check_plot(Path(options.plot))  # before the work, not after it
    found = compute(options.device)
    if options.json != "-":
        show(found, Console())
    if options.plot:
        with written(Path(options.plot)) as part:
            save(draw(found), part, Path(options.plot).suffix[1:])
    if options.json:
        _write_json(found, options.json)
    return 0


def show(found: Demo, console: Console) -> None:
    """Print the table and the sentence."""
    m, n = found.shape
    table = Table(title=f"FIRE on {found.layer} ({m} x {n}) of the digits network", title_justify="left")
    table.add_column("")
    for heading in ("DfI", "SFE", "least", "response", "steps"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.rows:
        table.add_row(*_cells(row))
    console.print(table)
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


def _write_json(found: Demo, target: str) -> None:
    text = json.dumps(found.to_dict(), indent=2, allow_nan=False)
    if target == "-":
        Console().out(text, highlight=False)
        return
    with written(Path(target)) as part:
        part.write_text(text + "\n")
