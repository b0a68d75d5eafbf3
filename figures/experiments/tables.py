"""The tables of an experiment in Markdown: every arm's numbers, and every claim with what these runs say to it."""

from __future__ import annotations

from typing import Any

from ..catalogue import Data
from .arms.catalogue import ARMS
from .claims import ranged, short
from .comparing import Interval


def arms(panel: Data) -> str:
    """
    Write one row for each arm.

    Parameters
    ----------
    panel : dict
        Of `summary.panel`.

    Returns
    -------
    str
    """
    restated = any("restated" in one["old"] for one in panel["arms"].values())
    head = [
        "arm",
        "metric",
        "train at the end",
        "test at the end",
        "old task before",
        "right after",
        *(["BatchNorm restated"] if restated else []),
        "10 updates",
        "100 updates",
        "old loss before",
        "right after",
        "drift",
        "SFE",
        "DfI before",
        "DfI after",
        "s a run",
    ]
    rows = [_row(head), _row(["---"] * len(head))]
    for name, one in panel["arms"].items():
        shares = [one["train"], one["test"], *one["old"].values()]
        losses = [one["old loss"]["before"], one["old loss"]["after"]]
        sizes = [one["drift"], one["sfe"], *one["dfi"]]
        rows.append(
            _row(
                [
                    f"{ARMS[name].label}: {ARMS[name].about}",
                    ranged(Interval(**one["score"])),
                    *map(_share, shares),
                    *map(_size, [*losses, *sizes]),
                    f"{one['seconds']:.0f}",
                ]
            )
        )
    return "\n".join(rows)


def findings(panel: Data) -> str:
    """
    Write one row for each claim.

    Parameters
    ----------
    panel : dict
        Of `summary.panel`.

    Returns
    -------
    str
    """
    rows = [_row(["claimed by", "here", "seeds"]), _row(["---"] * 3)]
    rows += [_row([one["source"], one["sentence"], str(one["difference"]["seeds"])]) for one in panel["findings"]]
    return "\n".join(rows)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(value: Any) -> str:
    return "" if value is None else short(value)


def _size(value: Any) -> str:
    return "" if value is None else f"{value:.3g}"
