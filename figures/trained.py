"""
What all figures of experiments share: from results to numbers, and a caption that says what is missing.

A figure is a `frame.Frame`; `trained_picture` draws it, `trained_page` writes its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fire_ref.errors import sentence

from .catalogue import Data, Drawing
from .experiments import ledger, runner
from .experiments.arms.catalogue import ARMS
from .experiments.plans import PLANS
from .experiments.problems import PROBLEMS
from .experiments.refusing import UnusableError
from .experiments.summary import panel
from .frame import Frame
from .settings import Settings
from .trained_page import paged
from .trained_picture import drawn

#: Seeds that evidence needs.
ENOUGH = 5


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
    here = ", ".join(f"{key} {value}" for key, value in panel["differs"].items())
    where = f"{frame.title(name)}{f' ({here})' if here else ''}"
    return f"{where}, {_seeds(panel)}: {panel['told']}{sentences}."


def _seeds(panel: Data) -> str:
    each = {len(arm["scores"]) for arm in panel["arms"].values()}
    number = f"{min(each)}" if len(each) == 1 else f"{min(each)} to {max(each)}"
    return f"{number} seed{'' if each == {1} else 's'}"
