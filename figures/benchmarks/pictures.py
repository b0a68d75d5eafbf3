"""The picture of table 1: time against size, peers as lines; below, each ratio with its range and its goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import style
from ..catalogue import Data
from .rivals import OURS
from .stepping import ALONE, GRAPH, OFFICIAL
from .stepping import OURS as STEPPED

#: Contestant -> colour and marker.
LOOKS: Mapping[str, tuple[str, str]] = {
    OURS["fast"]: (style.COLOURS["exact"], "o"),
    OURS["svd"]: (style.COLOURS["muon"], "s"),
    STEPPED: (style.COLOURS["k = 10"], "o"),
    ALONE: (style.COLOURS["k = 10"], "x"),
    GRAPH: (style.COLOURS["k = 10"], "+"),
    OFFICIAL: (style.COLOURS["W"], "D"),
    "scipy polar": (style.COLOURS["W"], "D"),
    "numpy svd": (style.COLOURS["full reset"], "v"),
    "torch svd": (style.COLOURS["k = 5"], "^"),
    "jax svd": (style.COLOURS["shrink and perturb"], "<"),
    "jax qdwh": (style.COLOURS["random isometry"], ">"),
    "cupy svd": (style.COLOURS["polar-express"], "P"),
}
#: Title and x label of each panel.
PANELS: Mapping[str, tuple[str, str]] = {
    "exact": ("Exact factor, float64", "n of one n x n matrix"),
    "width": ("Ten steps, float32", "n of one n x n matrix"),
    "layers": ("64 x 64 weights, one by one", "number of weights"),
    "stack": ("One stack of 32 x 32 matrices", "number of matrices"),
}
#: Inches of a row of ratios, and of the panels above.
ROW, PANEL = 0.155, 2.3


def draw(data: Data) -> Any:
    """
    Draw four panels of times, and two of ratios.

    Parameters
    ----------
    data : dict
        Of `table1.compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    low = 0.8 + ROW * max(len(data["exact"]), len(data["steps"]), 4)
    figure = style.new(style.PAGE, 2 * PANEL + low + 1.2)
    grid = figure.add_gridspec(3, 2, height_ratios=[PANEL, PANEL, low])
    for place, of in enumerate(PANELS):
        _growth(figure.add_subplot(grid[place // 2, place % 2]), data["growth"][of], *PANELS[of])
    exact, steps = (figure.add_subplot(grid[2, side]) for side in (0, 1))
    _ratios(exact, [_short(row) for row in data["exact"]], data["exact"], [row["ratios"] for row in data["exact"]])
    against = data["exact"][0]["reference"] if data["exact"] else ""
    exact.set(title=f"Time of {against} / time", xlabel="ratio; bars: least to greatest; |: goal")
    taken = [{STEPPED: row["ratio"]} if row["ratio"] else {} for row in data["steps"]]
    _ratios(steps, [_model(row) for row in data["steps"]], data["steps"], taken)
    steps.set(title="Time of the official formulation / ours", xlabel="ratio; bars: least to greatest; |: goal")
    style.caption(figure, data["caption"])
    return figure


def _growth(axes: Any, found: Data, title: str, label: str) -> None:
    axes.set(xscale="log", yscale="log", title=title, xlabel=label, ylabel="seconds")
    highest = 0.0
    for name, one in sorted(found["series"].items(), key=lambda item: -item[1]["seconds"][-1]):
        colour, marker = LOOKS[name]
        power = "" if one["exponent"] is None else f": $\\propto x^{{{one['exponent']:.2f}}}$"
        axes.plot(found["sizes"], one["seconds"], f"{marker}-", color=colour, markersize=3, label=f"{name}{power}")
        highest = max(highest, *one["seconds"])
    if not found["series"]:
        return
    bottom = axes.get_ylim()[0]
    axes.set_ylim(bottom, highest * (highest / bottom) ** 0.45)  # room for the legend above the lines
    if len(found["sizes"]) > 1:
        # 768 would meet 1024.
        shown = [size for size in found["sizes"] if size & (size - 1) == 0 or str(size).rstrip("0") == "1"]
        axes.set_xticks(shown, [str(size) for size in shown])
        axes.set_xticks([], minor=True)
    axes.legend(loc="upper left", fontsize=style.SMALLEST, ncols=1 + (len(found["series"]) > 4), borderaxespad=0.1)


def _ratios(axes: Any, names: Sequence[str], rows: Sequence[Data], ratios: Sequence[Mapping[str, Data]]) -> None:
    axes.axvline(1.0, color="#777777", linewidth=0.6, zorder=0)
    for place, (row, taken) in enumerate(zip(rows, ratios, strict=True)):
        for name, ratio in taken.items():
            colour, marker = LOOKS[name]
            mine = name in (*OURS.values(), STEPPED)
            axes.plot([ratio["min"], ratio["max"]], [place, place], color=colour, linewidth=1.4 if mine else 0.7)
            size, depth = (4.0, 3) if mine else (2.5, 2)
            axes.plot(ratio["median"], place, marker, color=colour, markersize=size, markeredgewidth=0, zorder=depth)
        if row["goal"] is not None:
            axes.plot(row["goal"], place, "|", color="black", markersize=8, markeredgewidth=1.2, zorder=4)
    axes.set_yticks(range(len(names)), names, fontsize=style.SMALLEST)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xscale("log")
    _ticks(axes)


def _ticks(axes: Any) -> None:
    """Write plain numbers where they are few enough not to meet."""
    low, high = axes.get_xlim()
    every = [step * ten for ten in (0.1, 1.0, 10.0) for step in (1, 2, 5)]
    inside = [tick for tick in every if low <= tick <= high]
    axes.set_xticks(inside, [f"{tick:g}" for tick in inside])
    axes.set_xticks([], minor=True)


def _model(row: Data) -> str:
    return str(row["name"]) + ("" if row["dtype"] == "float32" else " f64")


def _short(row: Data) -> str:
    return f"{row['m']} x {row['n']} {row['dtype'].replace('float', 'f')} {row['kind']}"
