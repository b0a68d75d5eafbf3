"""Sentences made from the numbers: where we are faster, where not, and on what it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from ..catalogue import Data
from .rivals import OURS
from .stepping import OFFICIAL
from .stepping import OURS as STEPPED

#: Ratios this close to 1 are called equal: the clock does not tell them apart.
CLOSE = 0.03
#: How a size is called, along which ten steps grow.
GROWN = {"width": "n =", "layers": "64 x 64 weights one by one, of them", "stack": "32 x 32 matrices in one stack,"}


def sentence(data: Data) -> str:
    """
    Say where we are faster.

    Parameters
    ----------
    data : dict
        Of `table1.compute`.

    Returns
    -------
    str
        Of the exact factor, of ten steps, of sizes at which those are slower, of a start-up that is slow, of the goals.
    """
    told = [_exact(data["exact"]), _steps(data["steps"]), _slower(data["growth"])]
    told += [_starting(data["startup"]), _goals([*data["exact"], *data["steps"], *data["startup"]])]
    return " ".join(filter(None, told))


def _exact(rows: Sequence[Data]) -> str:
    mine = next((OURS[method] for method in ("fast", "svd") if rows and OURS[method] in rows[0]["ratios"]), None)
    if mine is None:
        return ""
    against = rows[0]["reference"]
    pairs = {against: [(row, row["ratios"][mine]["median"]) for row in rows]}
    for name in dict.fromkeys(name for row in rows for name in row["ratios"] if name not in OURS.values()):
        pairs[name] = [
            (row, row["ratios"][mine]["median"] / row["ratios"][name]["median"])
            for row in rows
            if name in row["ratios"]
        ]
    told = "; ".join(f"{name}: {_counted(taken)}" for name, taken in pairs.items())
    slower = [_named(row) for row, ratio in pairs[against] if ratio < 1 - CLOSE]
    where = f" Slower than {against}: {', '.join(slower)}." if slower else f" Nowhere slower than {against}."
    return f"Exact factor, {mine} against {told}.{where}"


def _counted(taken: Sequence[tuple[Data, float]]) -> str:
    ratios = [ratio for _, ratio in taken]
    faster = sum(ratio > 1 + CLOSE for ratio in ratios)
    equal = sum(abs(ratio - 1) <= CLOSE for ratio in ratios)
    same = f", equal on {equal}" if equal else ""
    return f"{min(ratios):.2f} to {max(ratios):.2f} times as fast (faster on {faster} of {len(ratios)}{same})"


def _named(row: Data) -> str:
    return f"{row['m']} x {row['n']} {row['dtype']} {row['kind']}"


def _steps(rows: Sequence[Data]) -> str:
    taken = [(row["name"], row["ratio"]["median"]) for row in rows if row["ratio"] is not None]
    if not taken:
        return "Ten steps: nothing to compare with, torch is not there."
    each = ", ".join(f"{name} {ratio:.1f}" for name, ratio in taken)
    return f"Ten steps, times as fast as the official formulation: {each}."


def _slower(growth: Data) -> str:
    found = []
    for of, what in GROWN.items():
        series = growth.get(of, {"series": {}})["series"]
        if OFFICIAL not in series:
            continue
        taken = (growth[of]["sizes"], series[OFFICIAL]["seconds"], series[STEPPED]["seconds"])
        behind = [f"{size} ({a / b:.2f})" for size, a, b in zip(*taken, strict=True) if a / b < 1 - CLOSE]
        if behind:
            found.append(f"{what} {', '.join(behind)}")
    return f"Slower than it, with the ratio: {'; '.join(found)}." if found else ""


def _starting(rows: Sequence[Data]) -> str:
    return " ".join(f"{row['name']} {_late(row)}." for row in rows if not row["met"])


def _late(row: Data) -> str:
    slower = max(row[by]["median"] for by in ("imports", "process"))
    why = [f"takes {slower:.2f} s, {row['goal']:g} are allowed"] if slower >= row["goal"] else []
    if row["heavy"]:
        why.append(f"loads {', '.join(row['heavy'])} without need")
    return " and ".join(why)


def _goals(rows: Sequence[Data]) -> str:
    judged = [row for row in rows if row["met"] is not None]
    missed = [row["name"] if "name" in row else _named(row) for row in judged if not row["met"]]
    if not judged:
        return ""
    which = f"; missed: {', '.join(missed)}" if missed else ""
    return f"Goals met: {len(judged) - len(missed)} of {len(judged)}{which}."


def measured_on(data: Data) -> str:
    """
    Say on what the numbers were taken.

    Parameters
    ----------
    data : dict
        Of `table1.compute`.

    Returns
    -------
    str
    """
    found, peak = data["machine"], data["peak"]
    rate = ", ".join(f"{dtype} {value / 1e9:.0f}" for dtype, value in peak.items())
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items()).capitalize()
    threads = "one thread" if found["gpu"] is None else "TF32 off"
    absent = f" Not there, or not for this device: {', '.join(found['absent'])}." if found["absent"] else ""
    where = found["gpu"] or f"{found['cpu']}, {found['cores']} cores"
    no_gpu = " No GPU was used: --device cuda has not been run for this table." if found["gpu"] is None else ""
    return (
        f"{where}; {found['clock']}, {threads}, Table 1 by the wall clock; matrix products reach {rate} "
        f"GFLOP/s in the same run. {versions}.{absent}{no_gpu}"
    )
