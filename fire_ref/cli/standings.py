"""The second table of `fire-ref audit --theory`: which theorems say something of each layer, at every stage."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..models import Row
from .console import printable

#: Characters of a tensor's name, where a window limits them.
NAME = 24


def standings(rows: Sequence[Row], width: int | None) -> Table:
    """
    Make the table.

    Parameters
    ----------
    rows : sequence of Row
        Those without theory (refused ones) are left out.
    width : int or None
        Of the window; None for a file.

    Returns
    -------
    rich.table.Table
    """
    told = [(row, row.theory) for row in rows if row.theory is not None]
    title = Text("sqrt(DfI), spectral deviation, and the theorems that say something", style="bold")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1))
    table.add_column("tensor", no_wrap=True)
    for key in told[0][1]:
        table.add_column(f"k={key}" if isinstance(key, int) else key, justify="right", no_wrap=True)
    for row, theory in told:
        cells = [f"{one.root_dfi:.2g} {one.deviation:.2g} {one.theorems}" for one in theory.values()]
        table.add_row(Text(printable(row.name, None if width is None else NAME)), *cells)
    return table
