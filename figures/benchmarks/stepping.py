"""Ten Newton-Schulz steps of whole networks and of stacks: the official formulation against ours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

import fire_ref
from fire_ref import schulz
from fire_ref.layout import parse
from fire_ref.models.batching import Member, in_batches
from fire_ref.operands import operand

from ..catalogue import Data
from . import official
from .capturing import captured
from .cases import COUNTS, MEMORY, Plan, Steps
from .device import Device
from .memory import peak_extra
from .networks import NETWORKS, Shapes, drawn, flops
from .timing import Call, each, in_turn, ratios, spread

STEPS = 10
OURS, OFFICIAL = f"fire_ref k = {STEPS}", f"official k = {STEPS}"
#: On a GPU, where ours takes weights of one shape together: each by itself, and these launches as one graph.
ALONE, GRAPH = f"{OURS}, one by one", f"{OURS}, one by one, as a graph"


def of_network(device: Device, model: Steps, plan: Plan, peak: float) -> Data:
    """
    Compare on one network, every weight by itself.

    Parameters
    ----------
    device : Device
        Where.
    model : Steps
        Of `NETWORKS`, with its dtype and goal.
    plan : Plan
        How often.
    peak : float
        Rate of a matrix product in its dtype.

    Returns
    -------
    dict
        As `contest` gives it.
    """
    shapes: Shapes = NETWORKS[model.name]()
    calls = contestants(device, [W.astype(model.dtype) for W in drawn(shapes)])
    return contest(device, model, shapes, calls, plan, peak)


def of_stack(device: Device, count: int, side: int, goal: float | None, plan: Plan, peak: float) -> Data:
    """
    Compare on many small square matrices: ours takes them as one stack, the official code one after the other.

    Parameters
    ----------
    device : Device
        Where.
    count, side : int
        How many, and how large.
    goal : float or None
        The ratio wanted.
    plan : Plan
        How often.
    peak : float
        Rate of a matrix product in its dtype.

    Returns
    -------
    dict
        As `contest` gives it.
    """
    shapes: Shapes = {str(i): (side, side) for i in range(count)}
    calls = stacked(device, np.stack(list(drawn(shapes))))
    return contest(device, Steps(f"{count} of {side} x {side}", goal), shapes, calls, plan, peak, whole=True)


def contestants(device: Device, weights: Sequence[np.ndarray[Any, Any]]) -> dict[str, Call]:
    """Return both, going through weights one by one; on a GPU ours as `reinitialize` goes there, and one by one."""
    arrays = [device.array(W) for W in weights]
    one = partial(fire_ref.fire, method="newton-schulz", steps=STEPS)
    calls = {OURS: each(one, arrays)}
    if device.name == "cuda":
        calls = {OURS: _together(arrays), ALONE: calls[OURS]}
        graph = captured(device.xp, lambda: [one(W, check=False) for W in arrays])
        calls |= {} if graph is None else {GRAPH: graph}
    if device.torch is not None:
        calls[OFFICIAL] = each(partial(official.project, steps=STEPS), [device.tensor(W) for W in weights])
    return calls


def _together(arrays: Sequence[Any]) -> Call:
    """Return what `reinitialize` does with weights that lie on a device, without the table that it makes of them."""
    members = [
        Member(f"weight {i}", operand("fire", "W", W), parse("fire", None, W.shape)) for i, W in enumerate(arrays)
    ]
    run = schulz.plan("fire", STEPS, "cubic", "frobenius", 0.0, None)
    return lambda: in_batches("fire", members, run, "fan")


def stacked(device: Device, stack: np.ndarray[Any, Any]) -> dict[str, Call]:
    """Return both, for a stack of square matrices."""
    array = device.array(stack)
    calls: dict[str, Call] = {OURS: lambda: fire_ref.newton_schulz(array, STEPS)}
    if device.torch is not None:
        tensor, together = device.tensor(stack), device.torch.stack
        calls[OFFICIAL] = lambda: together([official.iterate(W, STEPS) for W in tensor])
    return calls


def contest(
    device: Device,
    model: Steps,
    shapes: Shapes,
    calls: dict[str, Call],
    plan: Plan,
    peak: float,
    *,
    whole: bool = False,
) -> Data:
    """
    Time and weigh the contestants.

    Parameters
    ----------
    device : Device
        Where.
    model : Steps
        Its name, dtype and goal.
    shapes : dict
        The weights.
    calls : dict
        Of `contestants` or `stacked`.
    plan : Plan
        How often.
    peak : float
        Rate of a matrix product in its dtype.
    whole : bool
        Whether memory is held against all weights, or the largest.

    Returns
    -------
    dict
        "seconds", "share" of the peak (of the plain iteration's arithmetic, so that less arithmetic counts as more
        speed), "memory" as a multiple of the weight and "sparing" whether ours is little enough, "ratio" official /
        ours, the goal and whether it is met.
    """
    times = in_turn(calls, device.work, plan.pace)
    sizes = [np.dtype(model.dtype).itemsize * int(np.prod(shape)) for shape in shapes.values()]
    weight = sum(sizes) if whole else max(sizes)
    memory = {name: peak_extra(device, call, torch=name == OFFICIAL) for name, call in calls.items()}
    work = flops(shapes, STEPS)
    row: Data = {
        "name": model.name,
        "dtype": model.dtype,
        "goal": model.goal,
        "asked": model.share,
        "flops": work,
        "seconds": {name: spread(values) for name, values in times.items()},
        "memory": {name: extra / weight for name, extra in memory.items()},
        "sparing": None if whole or weight < COUNTS else memory[OURS] <= MEMORY * weight,
        "ratio": ratios(times, OFFICIAL, OURS) if OFFICIAL in times else None,
    }
    row["share"] = {name: work / taken["median"] / peak for name, taken in row["seconds"].items()}
    return row | {"met": met(row)}


def met(row: Data) -> bool | None:
    """
    Judge one row: by the ratio or by the share of the peak, whichever is easier.

    Parameters
    ----------
    row : dict
        Of `contest`.

    Returns
    -------
    bool or None
        None where nothing was asked for, or nobody was there to compare with.
    """
    ways = []
    if row["goal"] is not None and row["ratio"] is not None:
        ways.append(row["ratio"]["median"] >= row["goal"])
    if row["asked"] is not None:
        ways.append(row["share"][OURS] >= row["asked"])
    return any(ways) if ways else None
