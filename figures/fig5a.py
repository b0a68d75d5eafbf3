"""
Figure 5a, and figure 6 on the left: how does the number of Newton-Schulz steps tell in the warm start?

An experiment, from the runs of figure 2a and those of other numbers of steps.
"""

from __future__ import annotations

from typing import Any

from . import style, trained
from .catalogue import Data
from .experiments.arms.catalogue import ARMS
from .experiments.claims import PAPER, Claim
from .image_frames import frame, trained_on

STEPS = ("fire-0", "fire-1", "fire-2", "fire-3", "fire-5", "fire-10", "fire-20", "fire-exact")
CLAIMS = (
    Claim("fire-10", "fire-1", f"{PAPER}, figure 6"),
    Claim("fire-10", "fire-5", f"{PAPER}, figure 5a"),
    Claim("fire-1", "base", PAPER),
    Claim("fire-5", "base", PAPER),
    Claim("fire-10", "base", PAPER),
    Claim("fire-20", "fire-10", "more steps"),
    Claim("fire-exact", "fire-10", "more steps"),
    Claim("fire-1", "fire-0", "more steps"),
    Claim("fire-exact", "full-reset", "memory"),
)


def _about(data: Data) -> str:
    return (
        f"{trained_on(data)}. Left: {data['metric']}, after k steps before it: paired seeds (bars), mean and 95 % "
        f"bootstrap interval; lines: nothing done, and a full reset. Right: DfI of the weights right after the steps, "
        f"and at the end of the first chunk (line). Loss of plasticity is judged in training"
    )


def _draw(data: Data) -> Any:
    count = len(data["panels"])
    figure = style.new(style.PAGE, 2.4 * count + 1.3)
    rows = figure.subplots(count, 2, squeeze=False)
    for (left, right), (name, one) in zip(rows, data["panels"].items(), strict=True):
        names = [arm for arm in STEPS if arm in one["arms"]]
        _metric(left, one["arms"], names)
        _isometry(right, one["arms"], names)
        left.set_title(FRAME.titles[name], loc="left")
        for axes in (left, right):
            axes.set(xticks=range(len(names)), xlim=(-0.6, len(names) - 0.4))
            axes.set_xticklabels([ARMS[arm].label.removeprefix("FIRE ").removeprefix("k = ") for arm in names])
            axes.set_xlabel("Newton-Schulz steps")
    style.caption(figure, data["caption"])
    return figure


def _metric(axes: Any, arms: Data, names: list[str]) -> None:
    for name in ("base", "full-reset"):
        if name in arms:
            axes.axhline(
                arms[name]["score"]["mean"], color=style.ARMS[name][0], linewidth=0.9, label=ARMS[name].label, zorder=0
            )
    for place, name in enumerate(names):
        score, colour = arms[name]["score"], style.ARMS["fire-10"][0]
        seeds = list(arms[name]["scores"].values())
        axes.plot([place] * len(seeds), seeds, "_", color=colour, markersize=6)
        if score["low"] is not None:
            axes.plot([place, place], [score["low"], score["high"]], color=colour, linewidth=2)
        axes.plot(place, score["mean"], "o", color=colour, markersize=4.5)
    axes.set_ylabel("test accuracy")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best")


def _isometry(axes: Any, arms: Data, names: list[str]) -> None:
    colour = style.ARMS["fire-10"][0]
    axes.plot(range(len(names)), [arms[name]["dfi"][1] for name in names], "o-", color=colour, linewidth=0.9)
    before = next((arms[name]["dfi"][0] for name in names), None)
    if before is not None:
        axes.axhline(before, color=style.ARMS["base"][0], linewidth=0.9)
    axes.set(yscale="log", ylabel="DfI, all weights")


FRAME = frame("fig5a", "warm", CLAIMS, _about, 5, ())
compute, draw, tables, gathered = trained.figure(FRAME, _draw)
