"""
What all figures of experiments share: results to numbers, a caption that says what is missing, the rows of a picture.

A figure is a `Frame`: which claims it holds its runs against, what it says about them, and how it draws learning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from fire_ref.errors import sentence

from . import style
from .catalogue import Data, Drawing
from .experiments import ledger, runner
from .experiments import tables as written
from .experiments.arms.catalogue import ARMS
from .experiments.claims import CLAIMS, Claim
from .experiments.plans import PLANS
from .experiments.problems import PROBLEMS
from .experiments.refusing import UnusableError
from .experiments.summary import panel
from .settings import Settings

#: Seeds that evidence needs.
ENOUGH = 5


class Frame(NamedTuple):
    """
    What differs between figures of experiments.

    Attributes
    ----------
    name : str
        Of `plans.PLANS`.
    titles : mapping of str to str
        Of the panels that may be there.
    about : callable
        From the data to what was trained, and what is drawn: the caption's beginning, without a full stop.
    learning : callable
        Draws the arms of a panel into the left axes.
    labels : tuple of str
        Below the three columns.
    lacking : tuple of str
        Of what makes a panel evidence (figures/README.md), what this one is without by its design.
    told : int
        Claims of each panel that the caption repeats; the table has all.
    claims : tuple of Claim
        What the runs are held against.
    old : callable
        From an arm's data and a look to what is known of the old task, in the right axes.
    """

    name: str
    titles: Mapping[str, str]
    about: Callable[[Data], str]
    learning: Callable[[Any, Data], None]
    labels: tuple[str, str, str]
    lacking: tuple[str, ...]
    told: tuple[int, ...] = (5,)
    claims: tuple[Claim, ...] = CLAIMS
    old: Callable[[Data, str], float | None] = lambda one, look: one["old"].get(look)


def figure(frame: Frame, draw: Callable[[Data], Any] | None = None) -> Drawing:
    """
    Return the functions that a figure's module has.

    Parameters
    ----------
    frame : Frame
        The figure.
    draw : callable, optional
        Draws it; default: `drawn`.

    Returns
    -------
    Drawing
    """
    return Drawing(
        partial(computed, frame), draw or partial(drawn, frame), partial(paged, frame), partial(gathered, frame)
    )


def computed(frame: Frame, settings: Settings) -> Data:
    """
    Make the runs that are missing, and summarise all.

    Parameters
    ----------
    frame : Frame
        The figure.
    settings : Settings
        Its trial says how many, and where results are kept.

    Returns
    -------
    dict
        Of `gathered`.
    """
    return _guarded(frame, runner.made(frame.name, settings.trial, settings.device), settings.trial.folder)


def gathered(frame: Frame, folder: Path) -> Data | None:
    """
    Summarise whatever results there are.

    Parameters
    ----------
    frame : Frame
        The figure.
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
    records = ledger.read(runner.results(frame.name, folder))
    return _guarded(frame, records, folder) if records else None


def _guarded(frame: Frame, records: list[ledger.Record], folder: Path) -> Data:
    """
    Summarise results, or say in one line that they are others.

    Raises
    ------
    UnusableError
        They are no results, or no run is finished.
    """
    path = runner.results(frame.name, folder)
    try:
        return summarised(frame, records)
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


def summarised(frame: Frame, records: list[ledger.Record]) -> Data:
    """
    Summarise results.

    Parameters
    ----------
    frame : Frame
        The figure.
    records : list of dict
        At least one.

    Returns
    -------
    dict
        Of `gathered`.

    Raises
    ------
    UnusableError
        No run is finished.
    """
    plan = PLANS[frame.name]
    panels = {name: panel(records, name, frame.claims, plan.arms) for name in plan.panels}
    panels = {name: one for name, one in panels.items() if one["arms"]}
    if not panels:
        got = f"{frame.name} needs one finished run; got none. Try python -m figures {frame.name} --resume."
        raise UnusableError(f"figures: {got}")
    told = {name: _one(frame, records, name) for name in panels}
    first, device = told[next(iter(panels))]
    for name, one in panels.items():
        one["differs"] = {key: value for key, value in told[name][0].items() if first[key] != value}
    data: Data = {
        "panels": panels,
        "sizes": first,
        "device": device,
        "metric": PROBLEMS[next(iter(panels))].metric,
        "versions": sorted({" ".join(f"{k} {v}" for k, v in record["versions"].items()) for record in records}),
    }
    data["missing"] = missing(frame, panels)
    data["caption"] = _caption(frame, data)
    return data


def _one(frame: Frame, records: list[ledger.Record], name: str) -> tuple[Data, str]:
    """
    Return the sizes and the device of a panel's runs, which are those of all of them.

    Raises
    ------
    UnusableError
        There are several.
    """
    mine = [record["configuration"] for record in records if record["configuration"]["panel"] == name]
    if any((one["sizes"], one["device"]) != (mine[0]["sizes"], mine[0]["device"]) for one in mine):
        rule, got = "be of one scale and device in each panel", f"several in {name}"
        raise UnusableError(sentence("figures", f"results of {frame.name}", rule, got, "another --out"))
    return mine[0]["sizes"], mine[0]["device"]


def missing(frame: Frame, panels: Data) -> list[str]:
    """Say what these panels lack of what makes evidence."""
    found = list(frame.lacking)
    if any(len(arm["scores"]) < ENOUGH for one in panels.values() for arm in one["arms"].values()):
        found.append(f"{ENOUGH} seeds of every arm")
    if any(one["arms"].keys() != set(PLANS[frame.name].arms) for one in panels.values()):
        found.append("all arms")
    found += [f"the panel of {title}" for name, title in frame.titles.items() if name not in panels]
    idle = {arm: None for one in panels.values() for arm in one["idle"]}
    if idle:
        found.append(f"anything that {' or '.join(ARMS[arm].label for arm in idle)} did: these runs are the base's")
    if not all(one["shared"] for one in panels.values()):
        found.append("the same weights in all arms after the first task")
    return found


def _caption(frame: Frame, data: Data) -> str:
    checked = sum(arm["checked"] for panel in data["panels"].values() for arm in panel["arms"].values())
    most = (*frame.told, *[frame.told[-1]] * len(data["panels"]))
    each = " ".join(
        _told(frame, name, panel, n) for (name, panel), n in zip(data["panels"].items(), most, strict=False)
    )
    return (
        f"{frame.about(data)}. {each} {checked} weights were checked to be FIRE's. "
        f"Missing here: {'; '.join(data['missing'])}."
    )


def _told(frame: Frame, name: str, panel: Data, most: int) -> str:
    sentences = "".join(f"; {finding['sentence']}" for finding in panel["findings"][:most])
    title = frame.titles.get(name, name)
    here = ", ".join(f"{key} {value}" for key, value in panel["differs"].items())
    where = f"{title[0].upper()}{title[1:]}{f' ({here})' if here else ''}"
    return f"{where}, {_seeds(panel)}: {panel['told']}{sentences}."


def _seeds(panel: Data) -> str:
    each = {len(arm["scores"]) for arm in panel["arms"].values()}
    number = f"{min(each)}" if len(each) == 1 else f"{min(each)} to {max(each)}"
    return f"{number} seed{'' if each == {1} else 's'}"


def drawn(frame: Frame, data: Data) -> Any:
    """
    Draw a row for each panel: learning, the metric, the old task.

    Parameters
    ----------
    frame : Frame
        The figure.
    data : dict
        Of `computed`.

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
        draw_metric(row[1], one["arms"])
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


def draw_metric(axes: Any, arms: Data) -> None:
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


def paged(frame: Frame, data: Data) -> str:
    """
    Write every number and every claim in Markdown.

    Parameters
    ----------
    frame : Frame
        The figure.
    data : dict
        Of `computed`.

    Returns
    -------
    str
        A page.
    """
    parts = [f"# `python -m figures {frame.name}`", data["caption"]]
    for name, one in data["panels"].items():
        title = frame.titles.get(name, name)
        parts += [
            f"## {title[0].upper()}{title[1:]}",
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
