"""How figure G is drawn: the loss against SFE and against DfI, and beside them each method with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from . import style
from .catalogue import Data
from .loss_told import KEPT, LINEAR, SAID, fifth, named
from .plane import mark

LABELS = {"sfe": r"SFE over $\|W\|_F^2$", "dfi": "DfI over its count"}
#: Inches: a row, and everything that is no row.
ROW, AROUND = 1.75, 2.4
#: Of the list: where marks, names and the right edges of both numbers stand.
MARKS, NAMES, NATS, RIGHTS = 0.02, 0.08, 0.82, 1.0
#: Where the axis of the loss has numbers, and from what DfI on its axis has every second power only.
LOSSES, WIDE = (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50), 100
SAME = {"uniform": ("all answers alike", ":"), "unigram": ("best fixed answer", "--")}


def draw(data: Data) -> Any:
    """
    Draw one row for each set of validation data.

    Parameters
    ----------
    data : dict
        Of `figG.compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = [(name, one, trial) for name, one in data["networks"].items() for trial in one["trials"]]
    figure = style.new(style.PAGE, AROUND + ROW * len(rows))
    grid = figure.subplots(len(rows), 3, squeeze=False, width_ratios=(1, 1, 1.05))
    for (left, middle, right), (name, network, trial) in zip(grid, rows, strict=True):
        middle.sharey(left)
        for axes, key in ((left, "sfe"), (middle, "dfi")):
            _plane(axes, network, trial, key)
        left.set(ylabel="loss (nats)", title=f"{name}: {trial}")
        middle.tick_params(axis="y", labelleft=False)
        _list(right, network, trial)
    for axes, label in zip(grid[-1], LABELS.values(), strict=False):
        axes.set_xlabel(label)
    style.legend(figure, grid[0][0], columns=5)
    style.caption(figure, data["caption"])
    return figure


def _plane(axes: Any, network: Data, trial: str, key: str) -> None:
    unit = network["size"] if key == "sfe" else network["count"]
    told = network["trials"][trial]
    before = named(network, "W")["loss"][trial][0]
    axes.axhspan(before, (1 + KEPT) * before, color="#DDDDDD", linewidth=0, label=f"within {KEPT:.0%} of before")
    for same, (label, dash) in SAME.items():
        axes.axhline(told[same], color="black", linewidth=0.7, linestyle=dash, label=label, zorder=1)
    paths = {"front": ("W", "front", "exact"), "shrink and perturb": ("W", "shrink and perturb", "full reset")}
    for method, parts in paths.items():
        moves = [one for part in parts for one in network["moves"] if one["method"] == part]
        moves.sort(key=lambda one: (one["method"] == "exact", one["share"] or 0.0))
        x, y = [median(one[key]) / unit for one in moves], [median(one["loss"][trial]) for one in moves]
        label = "exact front" if method == "front" else method
        axes.plot(x, y, ".-", color=style.COLOURS[method], linewidth=0.8, markersize=3, label=label)
    for move in _listed(network):
        look, losses = _look(move), move["loss"][trial]
        x = median(move[key]) / unit
        axes.plot([x, x], [min(losses), max(losses)], color=look["color"], linewidth=0.8)
        axes.plot(x, median(losses), clip_on=False, zorder=3, **look)
    axes.set_xscale("symlog", linthresh=LINEAR[key], linscale=0.5)
    axes.set(yscale="log", xlim=(-LINEAR[key] / 2, None))
    _few_ticks(axes)


def _few_ticks(axes: Any) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator, ScalarFormatter

    low, high = axes.get_ylim()
    most = axes.dataLim.x1
    powers = range(-2, 3) if most < WIDE else range(0, 8, 2)
    axes.xaxis.set_major_locator(FixedLocator([0.0, *(10.0**power for power in powers if 10.0**power <= most)]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(FixedLocator([y for y in LOSSES if low <= y <= high]))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())


def _listed(network: Data) -> list[Data]:
    return [named(network, "W"), *(named(network, method) for method in SAID), fifth(network)]


def _look(move: Data) -> dict[str, Any]:
    return mark(move["method"]) | ({"markersize": 7} if move["method"] == "exact" else {"markersize": 4.5})


def _list(axes: Any, network: Data, trial: str) -> None:
    told = network["trials"][trial]
    rows = _listed(network)
    names = ["before", *(f"{said}" for said in SAID.values()), f"front, {fifth(network)['share']:.0%} of its SFE"]
    lines = [
        (name, f"{median(one['loss'][trial]):.2f}", _right(one, trial)) for name, one in zip(names, rows, strict=True)
    ]
    lines += [(label, f"{told[same]:.2f}", "") for same, (label, _) in SAME.items()]
    some = any(right for *_, right in lines)
    axes.set(xlim=(0, 1), ylim=(len(lines) - 0.3, -1.7))
    axes.set_axis_off()
    heads = ("", "loss", "right" if some else "")
    for place, line in enumerate([heads, *lines], start=-1):
        for text, x, side in zip(line, (NAMES, NATS, RIGHTS), ("left", "right", "right"), strict=True):
            axes.text(x, place, text, ha=side, va="center", fontsize=style.SMALLEST)
    for place, one in enumerate(rows):
        axes.plot(MARKS, place, clip_on=False, **_look(one))


def _right(move: Data, trial: str) -> str:
    shares: Sequence[float] = move["right"].get(trial, ())
    return f"{median(shares):.0%}" if shares else ""
