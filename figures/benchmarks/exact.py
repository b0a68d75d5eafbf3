"""The exact polar factor: ours against everybody else, on one thread, input by input."""

from __future__ import annotations

from ..catalogue import Data
from . import counting
from .cases import FALLBACK, LATER, SMALL, Exact, Plan
from .device import Device
from .inputs import matrix
from .rivals import OURS, ours, reference, rivals
from .timing import Call, Times, in_turn, ratios, spread


def compare(device: Device, case: Exact, plan: Plan, peak: float) -> Data:
    """
    Time every contestant on one input.

    Parameters
    ----------
    device : Device
        Where.
    case : Exact
        The input and its goal.
    plan : Plan
        How often.
    peak : float
        Rate of a matrix product in this dtype.

    Returns
    -------
    dict
        "seconds", "ratios" (time of the reference over theirs) and "products" (time of a product with itself
        transposed, 2 m n^2, that would fit) for each contestant; "flops" of the fast one on the host, None if an SVD
        is in it; the goal, and whether it is met.
    """
    W = matrix(case.kind, case.m, case.n, case.dtype)
    against, others = reference(device), rivals(device)
    main = {name: make(device, W) for name, make in ours().items()}
    main[against] = others.pop(against)(device, W)
    row: Data = {**case._asdict(), "reference": against, "seconds": {}, "ratios": {}}
    _take(row, in_turn(main, device.work, plan.pace))
    rest: dict[str, Call] = {name: make(device, W) for name, make in others.items()}
    if rest:
        pace = plan.pace._replace(rounds=plan.rivals, few=1, long=plan.pace.long / 4)  # they have no goals
        times = in_turn(rest | {against: main[against]}, device.work, pace)
        _take(row, times, leave=against)
    work = 2.0 * case.m * case.n**2 / peak
    row["products"] = {name: taken["median"] / work for name, taken in row["seconds"].items()}
    row["flops"] = counting.flops(W) if device.name == "cpu" else None
    return row | {"met": met(row)}


def _take(row: Data, times: Times, leave: str = "") -> None:
    for name, values in times.items():
        if name == leave:
            continue
        row["seconds"][name] = spread(values)
        if name != row["reference"]:
            row["ratios"][name] = ratios(times, row["reference"], name)


def met(row: Data) -> bool | None:
    """
    Judge the fast method on one input.

    Parameters
    ----------
    row : dict
        Of `compare`.

    Returns
    -------
    bool or None
        None without a goal, or without that method. Below n = 256 the goal is in seconds.
    """
    fast = OURS["fast"]
    if fast not in row["ratios"] or row["reference"] != "scipy polar":
        return None
    if row["n"] < SMALL:
        seconds = row["seconds"]
        slower = bool(seconds[fast]["median"] > seconds[row["reference"]]["median"] + LATER)
        return not slower or bool(row["ratios"][fast]["median"] >= FALLBACK)
    return None if row["goal"] is None else bool(row["ratios"][fast]["median"] >= row["goal"])
