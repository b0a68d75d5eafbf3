"""
Figure F: does FIRE restore plasticity, and what in it does: isotropy, scale, or memory?

An experiment: networks are trained on one task after another, random labels of MNIST images or true labels under a new
order of pixels, and reinitialised between them by one arm each. `figures.experiments` makes and keeps the runs; what is
drawn is what they gave, of as many as there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fire_ref.errors import sentence

from . import style
from .catalogue import Data
from .experiments import ledger, runner
from .experiments import tables as written
from .experiments.arms.catalogue import ARMS, MLP_ARMS
from .experiments.configuration import METRIC
from .experiments.plans import PLANS
from .experiments.problems import configured
from .experiments.refusing import UnusableError
from .experiments.summary import panel
from .settings import Settings

NAME = "figF"
TITLES = {"random-labels": "random labels", "permuted-inputs": "permuted inputs"}
#: Of what makes a panel evidence (figures/README.md), what this one is without by its design.
LACKING = (
    "a grid for shrink and perturb (two values; the better one is compared) and for L2 init (one)",
    "a checkpoint that all share before each change (only before the first: then each arm goes its own way)",
)
#: Seeds that evidence needs.
ENOUGH = 5
#: Claims of each panel that the caption repeats; the table has all.
TOLD = (7, 3)


def compute(settings: Settings) -> Data:
    """
    Make the runs that are missing, and summarise all.

    Parameters
    ----------
    settings : Settings
        Its trial says how many, and where results are kept.

    Returns
    -------
    dict
        Of `gathered`.
    """
    return _summarised(runner.made(NAME, settings.trial, settings.device))


def gathered(folder: Path) -> Data | None:
    """
    Summarise whatever results there are.

    Parameters
    ----------
    folder : Path
        Where they are kept.

    Returns
    -------
    dict or None
        "panels", of each `experiments.summary.panel`; "sizes", "versions", "caption". None without results.

    Raises
    ------
    UnusableError
        They are no results, or no run is finished.
    """
    path = runner.results(NAME, folder)
    records = ledger.read(path)
    try:
        return _summarised(records) if records else None
    except UnusableError:
        raise
    except (
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        ValueError,
    ):  # lines of the right names that hold other things
        rule = "hold results of this version's arms"
        raise UnusableError(sentence("figures", str(path), rule, "others", "another --out")) from None


def _summarised(records: list[ledger.Record]) -> Data:
    panels = {name: panel(records, name) for name in PLANS[NAME].panels}
    panels = {name: one for name, one in panels.items() if one["arms"]}
    if not panels:
        raise UnusableError("figures: figF needs one finished run; got none. Try python -m figures figF --resume.")
    sizes = configured(records[0]["configuration"]).sizes
    data: Data = {
        "panels": panels,
        "sizes": records[0]["configuration"]["sizes"],
        "device": records[0]["configuration"]["device"],
        "counted": sizes.counted,
        "versions": sorted({" ".join(f"{k} {v}" for k, v in record["versions"].items()) for record in records}),
    }
    data["missing"] = _missing(panels)
    data["caption"] = _caption(data)
    return data


def _missing(panels: Data) -> list[str]:
    """Say what these panels lack of what makes evidence."""
    found = list(LACKING)
    if any(len(arm["scores"]) < ENOUGH for one in panels.values() for arm in one["arms"].values()):
        found.append(f"{ENOUGH} seeds of every arm")
    if any(one["arms"].keys() != set(MLP_ARMS) for one in panels.values()):
        found.append("all arms")
    found += [f"the panel of {TITLES[name]}" for name in PLANS[NAME].panels if name not in panels]
    if not all(one["shared"] for one in panels.values()):
        found.append("the same weights in all arms after the first task")
    return found


def _caption(data: Data) -> str:
    sizes = data["sizes"]
    checked = sum(arm["checked"] for panel in data["panels"].values() for arm in panel["arms"].values())
    each = " ".join(_told(name, panel, told) for (name, panel), told in zip(data["panels"].items(), TOLD, strict=False))
    return (
        f"MNIST, {sizes['images']} images; {sizes['tasks']} tasks of {sizes['epochs']} epochs, batch {sizes['batch']}, "
        f"MLP of width {sizes['width']}, Adam {sizes['rate']:g} made anew for each task. Left: online training "
        f"accuracy of each task. Middle: {METRIC}: paired seeds (bars), mean and 95 % bootstrap interval. Right: "
        f"accuracy on the task before: at its end (hollow), right after the change (filled), 100 updates of the next "
        f"one later (small). {each} {checked} weights were checked to be FIRE's. Missing here: "
        f"{'; '.join(data['missing'])}."
    )


def _told(name: str, panel: Data, most: int) -> str:
    sentences = "".join(f"; {finding['sentence']}" for finding in panel["findings"][:most])
    return f"{TITLES[name].capitalize()}, {_seeds(panel)}: {panel['told']}{sentences}."


def _seeds(panel: Data) -> str:
    each = {len(arm["scores"]) for arm in panel["arms"].values()}
    number = f"{min(each)}" if len(each) == 1 else f"{min(each)} to {max(each)}"
    return f"{number} seed{'' if each == {1} else 's'}"


def draw(data: Data) -> Any:
    """
    Draw a row for each panel: learning, the metric, the old task.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = len(data["panels"])
    figure = style.new(style.PAGE, 2.6 * count + 1.3)
    rows = figure.subplots(count, 3, squeeze=False, width_ratios=(1.1, 1.1, 0.9))
    for row, (name, one) in zip(rows, data["panels"].items(), strict=True):
        names = list(one["arms"])
        _draw_learning(row[0], one["arms"])
        _draw_metric(row[1], one["arms"], names)
        _draw_old(row[2], one["arms"])
        row[0].set_title(TITLES[name], loc="left")
        for axes in row[1:]:
            axes.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)))
        row[1].set_yticklabels([ARMS[arm].label for arm in names])
        row[2].set_yticklabels([])
    rows[-1][0].set_xlabel("updates")
    rows[-1][1].set_xlabel("online accuracy, last fifth")
    rows[-1][2].set_xlabel("accuracy on the old task")
    style.caption(figure, data["caption"])
    return figure


def _draw_learning(axes: Any, arms: Data) -> None:
    for name, one in arms.items():
        colour, marker = style.ARMS[name]
        axes.plot(one["updates"], one["online"], color=colour, marker=marker, markersize=2.5, linewidth=0.9)
    axes.set(ylabel="online accuracy of the task", xlim=(0, None))


def _draw_metric(axes: Any, arms: Data, names: list[str]) -> None:
    for place, name in enumerate(names):
        colour, marker = style.ARMS[name]
        one = arms[name]
        axes.plot(list(one["scores"].values()), [place] * len(one["scores"]), "|", color=colour, markersize=6)
        score = one["score"]
        if score["low"] is not None:
            axes.plot([score["low"], score["high"]], [place, place], color=colour, linewidth=2)
        axes.plot(score["mean"], place, marker, color=colour, markersize=4.5)
    axes.grid(axis="x", linewidth=0.3)


def _draw_old(axes: Any, arms: Data) -> None:
    for place, (name, one) in enumerate(arms.items()):
        colour, marker = style.ARMS[name]
        looks = [(look, one["old"][look]) for look in ("before", "after", "after 100")]
        there = [value for _, value in looks if value is not None]
        axes.plot(there, [place] * len(there), color=colour, linewidth=0.8)
        for look, value in looks:
            if value is not None:
                face = "white" if look == "before" else colour
                size = 2.5 if look == "after 100" else 4.5
                axes.plot(value, place, marker, color=colour, markerfacecolor=face, markersize=size)
    axes.set_xlim(0, 1.05)
    axes.grid(axis="x", linewidth=0.3)


def tables(data: Data) -> str:
    """
    Write every number and every claim in Markdown.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    str
        A page.
    """
    parts = ["# `python -m figures figF`", data["caption"]]
    for name, one in data["panels"].items():
        parts += [
            f"## {TITLES[name].capitalize()}",
            f"{one['told'].capitalize()}. Seeds {', '.join(map(str, one['seeds']))}.",
            "### What was claimed",
            written.findings(one),
            "### Every arm",
            "Means over seeds, of the old task over all changes, too; losses, SFE and DfI (against FIRE's gain) are "
            "medians; drift is the left side of theorem 1. Seconds are of whatever else the machine did then.",
            written.arms(one),
        ]
    parts.append(f"Made with {'; '.join(data['versions'])} on {data['device']}.")
    return "\n\n".join(parts) + "\n"
