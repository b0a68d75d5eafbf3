"""
Figure C: what every known implementation that is installed gets right and wrong, as a matrix.

Two verdicts for each (is it faithful to its dialect, has it converged to the polar factor) and what was diagnosed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fire_ref.conformance.diagnosis.codes import CODES
from fire_ref.conformance.known import Known
from fire_ref.conformance.known.catalogue import KNOWN

from . import style
from .catalogue import Data
from .settings import Settings
from .verified import verified

VERDICTS = ("faithful", "converged")
#: What is written into a cell.
MARKS = {"error": "E", "limit": "L", "yes": "yes", "no": "no", "inconclusive": "?", "not-applicable": "n/a", None: "-"}
#: Said in the caption where they occur.
SELDOM = {"inconclusive": "is inconclusive", "not-applicable": "does not apply", None: "could not be called"}
OTHERWISE = "≠"
#: What the legend says of the cells that have a colour, and the colour of their letters.
MEANINGS = {
    "yes": ("yes", "black"),
    "error": ("E: error", "white"),
    "limit": ("L: limit", "black"),
}
#: Inches: a row, if there is room for it; everything that is no row; the whole.
ROW, AROUND, TALLEST = 0.165, 1.95, 8.0
GAP = 0.5  # between verdicts and codes, in columns


class Cell(NamedTuple):
    """Where something is written, in columns and rows, what, and a key of `style.COLOURS` where it has a colour."""

    column: float
    row: int
    mark: str
    kind: str


def compute(settings: Settings, *, only: Sequence[Known] | None = None, quick: bool = False) -> Data:
    """
    Verify what is installed; none of the settings matters.

    Parameters
    ----------
    settings : Settings
        Of no effect: implementations are given the inputs of the verification, on the CPU.
    only : sequence of Known, optional
        Instead of all that are installed.
    quick : bool
        As in `fire_ref.verify`.

    Returns
    -------
    dict
        What `verified` gives; "known", how many there are to install.

    Raises
    ------
    ValueError
        None is installed.
    """
    del settings
    found = verified(only, quick=quick) | {"known": len(KNOWN)}
    return found | {"caption": _caption(found)}


def _caption(found: Data) -> str:
    rows = found["rows"]
    faithful, converged = (sum(row[of] == "yes" for row in rows) for of in VERDICTS)
    passed = sum(row["faithful"] == "yes" and "error" not in row["codes"].values() for row in rows)
    same = sum(row["as_recorded"] for row in rows)
    libraries = ", ".join(f"{name} {version}" for name, version in found["libraries"].items())
    return (
        f"{len(rows)} of {found['known']} known implementations, those installed here, on the cases of fire-ref "
        f"verify. Faithful, within rounding of the dialect named at the right: {faithful}; converged to the polar "
        f"factor on every case: {converged}; faithful and without error: {passed}; as recorded in the catalogue: "
        f"{same}{_signs(rows)}. Steps needed: of the same dialect, where some number "
        "converges on every case. A limit is a documented property, or a failure on zero, rank-deficient, subnormal or "
        f"extreme inputs only; notes are left out. With {libraries}, on {found['system']}; other versions may differ. "
        "Not in the paper."
    )


def _signs(rows: Sequence[Data]) -> str:
    """Explain the signs that are seldom needed, where they are."""
    verdicts = {row[of] for row in rows for of in VERDICTS}
    told = [] if all(row["as_recorded"] for row in rows) else [f"{OTHERWISE} does not"]
    told += [f"{MARKS[verdict]} {words}" for verdict, words in SELDOM.items() if verdict in verdicts]
    return f" ({'; '.join(told)})" if told else ""


def draw(data: Data) -> Any:
    """
    Draw one row for each implementation, one column for each verdict and each code that occurs.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = grouped(data["rows"])
    columns = _columns(rows)
    figure = style.new(style.PAGE, min(TALLEST, AROUND + ROW * len(rows)))
    axes = figure.subplots()
    _grid(axes, list(columns.values()), len(rows))
    for cell in cells(rows, columns):
        _write(axes, cell)
    axes.set(xlim=(-0.5, max(columns.values()) + 0.5), ylim=(len(rows) - 0.5, -0.5))
    names = [row["name"] if row["as_recorded"] else f"{OTHERWISE} {row['name']}" for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=style.SMALLEST)
    axes.set_xticks(list(columns.values()), list(columns), rotation=90, fontsize=style.SMALLEST)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    _dialects(axes, [row["dialect"] for row in rows])
    style.legend(figure, axes, columns=3)
    style.caption(figure, data["caption"])
    return figure


def grouped(rows: Sequence[Data]) -> list[Data]:
    """Put the rows of one dialect together, in the order in which dialects and rows come."""
    order = list(dict.fromkeys(row["dialect"] for row in rows))
    return sorted(rows, key=lambda row: order.index(row["dialect"]))


def cells(rows: Sequence[Data], columns: dict[str, float]) -> list[Cell]:
    """
    Say what is written where.

    Parameters
    ----------
    rows : sequence of dict
        From the top.
    columns : dict of str to float
        Heading -> place.

    Returns
    -------
    list of Cell
    """
    found = []
    for place, row in enumerate(rows):
        told = {of: (MARKS[row[of]], row[of] or "") for of in VERDICTS}
        told |= {} if row["enough"] is None else {"steps needed": (str(row["enough"]), "")}
        told |= {code: (MARKS[severity], severity) for code, severity in row["codes"].items()}
        found += [Cell(columns[name], place, mark, kind) for name, (mark, kind) in told.items()]
    return found


def _columns(rows: Sequence[Data]) -> dict[str, float]:
    seen = {code for row in rows for code in row["codes"]}
    start = [*VERDICTS, *(["steps needed"] if any(row["enough"] is not None for row in rows) else [])]
    # In the order in which they are explained: what the call does, which formula, which matrix, the edges.
    codes = [*(code for code in CODES if code in seen), *sorted(seen - set(CODES))]
    places = {name: float(i) for i, name in enumerate(start)}
    return places | {name: len(start) + GAP + i for i, name in enumerate(codes)}


def _grid(axes: Any, places: Sequence[float], count: int) -> None:
    light = {"colors": "#DDDDDD", "linewidth": 0.4, "zorder": 0}
    axes.vlines(sorted({x + side for x in places for side in (-0.5, 0.5)}), -0.5, count - 0.5, **light)
    starts = [x - 0.5 for x in places if x - 1 not in places]
    ends = [x + 0.5 for x in places if x + 1 not in places]
    for start, end in zip(starts, ends, strict=True):
        axes.hlines([y - 0.5 for y in range(count + 1)], start, end, **light)


def _write(axes: Any, cell: Cell) -> None:
    from matplotlib.patches import Rectangle

    meaning, ink = MEANINGS.get(cell.kind, ("", "black"))
    if meaning:
        told = axes.get_legend_handles_labels()[1]
        patch = Rectangle((cell.column - 0.5, cell.row - 0.5), 1, 1, facecolor=style.COLOURS[cell.kind])
        patch.set(edgecolor="white", linewidth=0.6, label="_" if meaning in told else meaning)
        axes.add_patch(patch)
    axes.text(cell.column, cell.row, cell.mark, ha="center", va="center", fontsize=style.SMALLEST, color=ink)


def _dialects(axes: Any, names: Sequence[str]) -> None:
    right = axes.twinx()
    centres = {name: names.index(name) + (names.count(name) - 1) / 2 for name in names}
    right.set_ylim(axes.get_ylim())
    right.set_yticks(list(centres.values()), list(centres), fontsize=style.SMALLEST)
    right.tick_params(length=0, labelbottom=False)
    right.spines[:].set_visible(False)
    for row in range(1, len(names)):
        if names[row] != names[row - 1]:
            right.axhline(row - 0.5, color="black", linewidth=0.6)
