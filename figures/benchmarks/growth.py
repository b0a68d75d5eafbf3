"""How the cost grows: with the width, with the number of layers, with the size of a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..catalogue import Data
from ..waiting import watched
from .cases import Plan
from .device import Device
from .networks import drawn
from .rivals import ours
from .stepping import ALONE, GRAPH, contestants, stacked
from .timing import Call, each, in_turn, spread

#: Sides of the matrices of many layers, and of a stack.
LAYER, STACKED = 64, 32
#: From where on an exponent over n is fitted: below, calling costs more than computing.
SINCE = 256


def exponent(sizes: Sequence[float], seconds: Sequence[float], since: float = 0.0) -> float | None:
    """
    Fit a power law, by least squares of the logarithms.

    Parameters
    ----------
    sizes, seconds : sequence of float
        Positive, of one length.
    since : float
        Smaller sizes are left out.

    Returns
    -------
    float or None
        The exponent; None where fewer than two sizes are left.
    """
    points = [(x, y) for x, y in zip(sizes, seconds, strict=True) if x >= since and y > 0]
    if len({x for x, _ in points}) < 2:
        return None
    x, y = np.log(np.array(points)).T
    return float(np.polyfit(x, y, 1)[0])


def of_rows(rows: Sequence[Data]) -> Data:
    """
    Take the exact methods' growth from the float64 Gaussian squares that were compared.

    Parameters
    ----------
    rows : sequence of dict
        Of `exact.compare`.

    Returns
    -------
    dict
        As `grown` gives it.
    """
    taken = [row for row in rows if row["kind"] == "Gaussian" and row["m"] == row["n"] and row["dtype"] == "float64"]
    taken.sort(key=lambda row: int(row["n"]))
    seconds = {
        name: [row["seconds"][name]["median"] for row in taken] for name in (taken[0]["seconds"] if taken else {})
    }
    return grown([row["n"] for row in taken], seconds, SINCE)


def grown(sizes: Sequence[int], seconds: dict[str, list[float]], since: int = 0) -> Data:
    """Return sizes, and for each contestant its seconds and the exponent fitted to them."""
    series = {
        name: {"seconds": taken, "exponent": exponent(sizes, taken, since)} for name, taken in sorted(seconds.items())
    }
    return {"sizes": list(sizes), "since": since, "series": series}


def of_widths(device: Device, plan: Plan) -> Data:
    """Measure ten steps of one square float32 matrix, over n."""

    def calls(n: int) -> dict[str, Call]:
        found = contestants(device, list(drawn({"W": (n, n)})))
        return {name: call for name, call in found.items() if name not in (ALONE, GRAPH)}  # there is only one

    return _over(device, plan, plan.widths, calls, SINCE, "table1: width")


def of_layers(device: Device, plan: Plan) -> Data:
    """Measure ten steps and the exact factor of many weights, one call for each."""

    def calls(count: int) -> dict[str, Call]:
        weights = list(drawn({str(i): (LAYER, LAYER) for i in range(count)}))
        return contestants(device, weights) | {
            name: each(_run, [make(device, W) for W in weights]) for name, make in ours().items()
        }

    return _over(device, plan, plan.layers, calls, 0, "table1: layers")


def of_stacks(device: Device, plan: Plan) -> Data:
    """Measure ten steps and the exact factor of one stack, over its size."""

    def calls(count: int) -> dict[str, Call]:
        stack = np.stack(list(drawn({str(i): (STACKED, STACKED) for i in range(count)})))
        exact: dict[str, Call] = {name: make(device, stack) for name, make in ours().items()}
        return stacked(device, stack) | exact

    return _over(device, plan, plan.stack, calls, 0, "table1: stacks")


def _run(call: Call) -> object:
    return call()


def _over(
    device: Device, plan: Plan, sizes: Sequence[int], calls: Callable[[int], dict[str, Call]], since: int, what: str
) -> Data:
    found: dict[str, list[float]] = {}
    pace = plan.pace._replace(rounds=plan.pace.few, few=1)
    for size in watched(sizes, what):
        for name, taken in in_turn(calls(size), device.work, pace).items():
            found.setdefault(name, []).append(spread(taken)["median"])
    return grown(sizes, found, since)
