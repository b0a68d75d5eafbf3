"""The picture that all experiments share: a row for each panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import style
from .catalogue import Data
from .experiments.arms.catalogue import ARMS
from .frame import Frame


def drawn(frame: Frame, data: Data) -> Any:
    """
    Draw a row for each panel: learning, the metric, the old task.

    Parameters
    ----------
    frame : Frame
        The figure.
    data : dict
        Of `trained.computed`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = len(data["panels"])
    most = max(len(one["arms"]) for one in data["panels"].values())
    figure = style.new(style.PAGE, max(2.6, 0.17 * most + 0.6) * count + 1.3)
    rows = figure.subplots(count, 3, squeeze=False, width_ratios=(1.1, 1.1, 0.9))
    for row, (name, one) in zip(rows, data["panels"].items(), strict=True):
        names = list(one["arms"])
        frame.learning(row[0], one["arms"])
        _draw_metric(row[1], one["arms"])
        _draw_old(row[2], one["arms"], frame.old)
        row[0].set_title(frame.titles.get(name, name), loc="left")
        for axes in row[1:]:
            axes.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)))
        row[1].set_yticklabels([ARMS[arm].label for arm in names])
        row[2].set_yticklabels([])
    for axes, label in zip(rows[-1], frame.labels, strict=True):
        axes.set_xlabel(label)
    style.caption(figure, data["caption"])
    return figure


def _draw_metric(axes: Any, arms: Data) -> None:
    """Draw a row for each arm: its seeds, their interval and their mean."""
    for place, (name, one) in enumerate(arms.items()):
        colour, marker = style.ARMS[name]
        axes.plot(list(one["scores"].values()), [place] * len(one["scores"]), "|", color=colour, markersize=6)
        score = one["score"]
        if score["low"] is not None:
            axes.plot([score["low"], score["high"]], [place, place], color=colour, linewidth=2)
        axes.plot(score["mean"], place, marker=marker, color=colour, markersize=4.5)
    axes.grid(axis="x", linewidth=0.3)


def _draw_old(axes: Any, arms: Data, old: Callable[[Data, str], float | None]) -> None:
    for place, (name, one) in enumerate(arms.items()):
        colour, marker = style.ARMS[name]
        looks = [(look, old(one, look)) for look in ("before", "after", "after 100")]
        there = [value for _, value in looks if value is not None]
        axes.plot(there, [place] * len(there), color=colour, linewidth=0.8)
        for look, value in looks:
            if value is not None:
                face = "white" if look == "before" else colour
                size = 2.5 if look == "after 100" else 4.5
                axes.plot(value, place, marker=marker, color=colour, markerfacecolor=face, markersize=size)
    if axes.get_xlim()[1] < 1.2:  # shares, not losses
        axes.set_xlim(0, 1.05)
    axes.grid(axis="x", linewidth=0.3)
