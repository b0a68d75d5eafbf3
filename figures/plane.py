"""How figure 5b is drawn: for each network the plane with its front, and beside it what each method pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import style
from .catalogue import Data

#: Methods with a marker of their own, in the order of the legend.
SHOWN = ("W", "k = 5", "k = 10", "exact", "muon", "full reset", "norm-keeping isometry", "random isometry")
#: The network whose curvature is measured.
CURVED = "digits-mlp"
HALF = "shrink and perturb 0.5"
#: DfI over the number of singular values below which the axis is linear, so that 0 is on it.
LINEAR = 0.01


def draw(data: Data) -> Any:
    """
    Draw one row for each network, and one for the curvature.

    Parameters
    ----------
    data : dict
        Of `fig5b.compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    networks = data["networks"]
    curved = [one for one in networks.values() if "curvature" in one["moves"][0]]
    rows = len(networks) + len(curved)
    figure = style.new(style.PAGE, 2.5 * rows + 1.3)
    grid = figure.subplots(rows, 2, squeeze=False, width_ratios=(1.5, 1))
    for (left, right), (name, one) in zip(grid, networks.items(), strict=False):
        _plane(left, name, one)
        _prices(right, one)
    for (left, right), one in zip(grid[len(networks) :], curved, strict=True):
        _curvature(left, one)
        left.set_title(CURVED)
        _bounds(right, one)
    style.legend(figure, grid[0][0], columns=4)
    style.caption(figure, data["caption"])
    return figure


def _plane(axes: Any, name: str, network: Data) -> None:
    size, count = network["size"], network["count"]
    front = network["front"]
    colour = style.COLOURS["front"]
    axes.plot([x / size for x in front["sfe"]], [y / count for y in front["dfi"]], color=colour, label="exact front")
    paths = {"cubic": _path(network, "k = "), "shrink and perturb": _path(network, "shrink and perturb", "full reset")}
    labels = {"cubic": f"FIRE, k = 1 .. {len(paths['cubic'])}", "shrink and perturb": "shrink and perturb"}
    for method, moves in paths.items():
        x, y = [move["sfe"] / size for move in moves], [move["dfi"] / count for move in moves]
        axes.plot(x, y, ".-", color=style.COLOURS[method], linewidth=0.8, markersize=3, label=labels[method])
    for move in _named(network, SHOWN):
        look = mark(move["method"])
        axes.plot(move["sfe"] / size, move["dfi"] / count, label=move["method"], clip_on=False, zorder=3, **look)
    most = max(move["sfe"] for move in network["moves"]) / size
    axes.set(xlim=(-0.02 * most, 1.05 * most), xlabel=r"SFE over $\|W\|_F^2$", ylabel="DfI over its count")
    axes.set_yscale("symlog", linthresh=LINEAR)
    axes.set_ylim(-LINEAR / 4, None)
    axes.yaxis.set_minor_locator(_none())
    above = axes.secondary_xaxis("top", functions=(lambda x: x * size, lambda x: x / size))
    above.set_xlabel(f"{name}: SFE")


def _prices(axes: Any, network: Data) -> None:
    size = network["size"]
    rows = _named(network, (*SHOWN[1:], HALF))
    for place, move in enumerate(rows):
        look = mark(move["method"])
        paid, least = move["sfe"] / size, move["least_sfe"] / size
        axes.plot([least, paid], [place, place], color="black", linewidth=0.6, zorder=1)
        axes.plot(least, place, **(look | {"markerfacecolor": "white", "color": look["color"]}))
        axes.plot(paid, place, **look)
    axes.set_yticks(range(len(rows)), [move["method"] for move in rows])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=r"SFE over $\|W\|_F^2$: least, paid")
    axes.set_xlim(left=-0.03 * axes.get_xlim()[1])


def _curvature(axes: Any, network: Data) -> None:
    count = network["count"]
    paths = {
        "front": _path(network, "front"),
        "cubic": _path(network, "k = "),
        "shrink and perturb": _path(network, "shrink and perturb", "full reset"),
    }
    for method, moves in paths.items():
        x, y = [move["dfi"] / count for move in moves], [move["curvature"] for move in moves]
        axes.plot(x, y, ".-", color=style.COLOURS[method], linewidth=0.8, markersize=3)
    for move in _named(network, SHOWN):
        axes.plot(move["dfi"] / count, move["curvature"], clip_on=False, zorder=3, **mark(move["method"]))
    axes.set(yscale="log", xlabel="DfI over its count", ylabel="top Hessian eigenvalue")
    axes.set_xscale("symlog", linthresh=LINEAR)
    axes.set_xlim(-LINEAR / 4, None)
    axes.xaxis.set_minor_locator(_none())


def _bounds(axes: Any, network: Data) -> None:
    rows = _named(network, (*SHOWN, HALF))
    for place, move in enumerate(rows):
        look = mark(move["method"])
        axes.plot([move["curvature"], move["theorem"]], [place, place], color="black", linewidth=0.6, zorder=1)
        axes.plot(move["curvature"], place, **look)
        axes.plot(move["sharper"], place, "|", color="black", markersize=7)
        axes.plot(move["theorem"], place, ">", color="black", markersize=3)
    axes.set_yticks(range(len(rows)), [move["method"] for move in rows])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xscale="log", xlabel="top eigenvalue, bounds")


def _named(network: Data, methods: Sequence[str]) -> list[Data]:
    return [move for method in methods for move in network["moves"] if move["method"] == method]


def _path(network: Data, *starts: str) -> list[Data]:
    return [move for move in network["moves"] if move["method"].startswith(starts)]


def mark(method: str) -> dict[str, Any]:
    """Return how a method's point looks, everywhere the same."""
    known = method if method in style.COLOURS else "shrink and perturb"
    edge = {"markeredgecolor": "black", "markeredgewidth": 0.4}
    size = 8 if method == "exact" else 5
    marker = style.MARKERS.get(method, "o")
    return {"color": style.COLOURS[known], "marker": marker, "linestyle": "none", "markersize": size, **edge}


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()
