"""From lines of results to what a figure is drawn from: plain data, of whatever runs are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ..catalogue import Data
from .arms.catalogue import ARMS
from .claims import CLAIMS, Claim, judged, told
from .comparing import control, interval, learned, scores
from .ledger import Record, place

#: Looks at the old task: before the change, right after it, then with BatchNorm's statistics new, some updates later.
LOOKS = ("before", "after", "restated", "after 10", "after 100")


def panel(records: Sequence[Record], name: str, claims: Sequence[Claim] = CLAIMS, arms: Collection[str] = ARMS) -> Data:
    """
    Summarise one panel.

    Parameters
    ----------
    records : sequence of dict
        Results of all panels.
    name : str
        Of `problems.PROBLEMS`.
    claims : sequence of Claim
        What these runs are held against.
    arms : collection of str
        Those that are shown.

    Returns
    -------
    dict
        "arms" (by name, those with a finished run), "control", "findings", "seeds", "shared": whether all arms that do
        not act while they train left the first task with the very same weights in every seed, "idle": those that never
        acted at all.
    """
    mine = [record for record in records if place(record)[0] == name and place(record)[1] in arms]
    found = scores(mine, name)
    checked = control(learned(mine, name))
    return {
        "arms": {arm: _arm(mine, arm, found[arm]) for arm in ARMS if arm in found},
        "control": None if checked is None else {**checked._asdict(), "passed": checked.passed},
        "told": told(checked),
        "findings": [
            {
                **one.claim._asdict(),
                "verdict": one.verdict,
                "difference": one.difference._asdict(),
                "sentence": one.sentence,
            }
            for one in judged(found, claims)
        ],
        "seeds": sorted({seed for seeds in found.values() for seed in seeds}),
        "shared": _shared(mine),
        "idle": _idle(mine, [arm for arm in ARMS if arm in found]),
    }


def _arm(records: Sequence[Record], arm: str, found: dict[int, float]) -> Data:
    runs = [record for record in records if place(record)[1] == arm and place(record)[2] in found]
    numbers = sorted({record["task"] for record in runs})
    tasks = [[record for record in runs if record["task"] == number] for number in numbers]
    later = [record["stability"] for record in runs if record["stability"] is not None]
    looks = [look for look in LOOKS if look != "restated" or any(look in one for one in later)]
    return {
        "updates": [task[0]["updates"] for task in tasks],
        "online": [_mean([record["online"] for record in task]) for task in tasks],
        "curve": [_curve([record["curve"] for record in task]) for task in tasks if "curve" in task[0]],
        "train": _mean([record["train"][1] for record in tasks[-1]]),
        "test": _mean([record["test"][1] for record in tasks[-1] if record["test"] is not None]),
        "scores": {str(seed): value for seed, value in sorted(found.items())},
        "score": interval([found[seed] for seed in sorted(found)])._asdict(),
        "old": {look: _mean([one[look][1] for one in later if look in one]) for look in looks},
        "old loss": {look: _median([one[look][0] for one in later if look in one]) for look in looks},
        "drift": _mean([one["drift"] for one in later]),
        "sfe": _median([one["sfe"] for one in later]),
        "dfi": [_median([one["dfi"][i] for one in later]) for i in (0, 1)],
        "checked": sum(record["checked"] for record in runs),
        "seconds": round(sum(record["seconds"] for record in runs) / len(found), 1),
    }


def _curve(curves: Sequence[Sequence[Sequence[Any]]]) -> list[list[float | None]]:
    """Return the mean over seeds of each number of each point."""
    return [[_mean(numbers) for numbers in zip(*points, strict=True)] for points in zip(*curves, strict=True)]


def _mean(values: Sequence[Any]) -> float | None:
    kept = [value for value in values if value is not None]
    return float(np.mean(kept)) if kept else None


def _median(values: Sequence[Any]) -> float | None:
    kept = [value for value in values if value is not None]
    return float(np.median(kept)) if kept else None


def _idle(records: Sequence[Record], arms: Sequence[str]) -> list[str]:
    """Return the arms that left the very weights that doing nothing left, in every seed that both have."""
    ends: dict[str, dict[int, str]] = {}
    for record in records:  # of a run the last record is that of the last task
        _, arm, seed, _ = place(record)
        ends.setdefault(arm, {})[seed] = record["weights"]
    base = ends.get("base", {})
    common = {arm: ends[arm].keys() & base.keys() for arm in arms if arm != "base"}
    return [arm for arm, seeds in common.items() if seeds and all(ends[arm][seed] == base[seed] for seed in seeds)]


def _shared(records: Sequence[Record]) -> bool:
    ends: dict[int, set[str]] = {}
    for record in records:
        _, arm, seed, task = place(record)
        if task == 0 and not ARMS[arm].trains:
            ends.setdefault(seed, set()).add(record["weights"])
    return all(len(weights) == 1 for weights in ends.values())
