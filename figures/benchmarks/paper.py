"""The paper's Table 1 on this machine: wall clock and memory of FIRE and the others on ResNet-18."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

import fire_ref

from ..catalogue import Data
from ..waiting import watched
from . import baselines, dash
from .cases import Plan
from .device import Device
from .memory import peak_extra
from .networks import drawn, parameters, resnet18
from .rivals import OURS, ours
from .stepping import OFFICIAL, contestants
from .stepping import OURS as STEPPED
from .timing import Call, each, in_turn, spread

#: Seconds and bytes that the paper's Table 1 gives, on its authors' GPU.
PUBLISHED: Mapping[str, tuple[float, float]] = {"FIRE": (0.06, 55e6), "DASH": (69.0, 2834e6)}
#: Method -> whether its row is FIRE or DASH in the paper's table, and what was measured.
ROWS: Mapping[str, tuple[str, str]] = {
    STEPPED: ("FIRE", "ten steps of every weight, once at each reset"),
    OURS["svd"]: ("", "the exact factor of every weight by SVD, once at each reset; memory without LAPACK's own"),
    OURS["fast"]: ("", "the same by the fast route"),
    OFFICIAL: ("FIRE", "the official formulation, rewritten, once at each reset"),
    "shrink and perturb": ("", "0.2 W + 0.8 W0, once at each reset; W0 must be kept"),
    "full reset": ("", "W0 copied, once at each reset; W0 must be kept"),
    "Parseval gradient": ("", "one gradient of its penalty, paid again at every update of training"),
}


def table(device: Device, plan: Plan) -> list[Data]:
    """
    Measure every method that is there.

    Parameters
    ----------
    device : Device
        Where.
    plan : Plan
        How often, and on how many images.

    Returns
    -------
    list of dict
        method, seconds, memory in bytes, what the paper says of it, and a note.
    """
    calls = methods(device, list(drawn(resnet18())))
    times = in_turn(calls, device.wall, plan.pace._replace(rounds=plan.pace.few))
    rows = []
    for name, call in watched(list(calls.items()), "table1: memory"):
        published, note = ROWS[name]
        memory = peak_extra(device, call, torch=name == OFFICIAL)
        rows.append(_row(name, spread(times[name]), memory, published, note))
    if device.torch is not None:
        rows.append(data_pass(device, plan.samples))
    return rows


def _row(name: str, seconds: Data, memory: int, published: str, note: str) -> Data:
    told = dict(zip(("seconds", "memory"), PUBLISHED[published], strict=True)) if published else None
    return {"method": name, "seconds": seconds, "memory": memory, "paper": told, "note": note}


def methods(device: Device, weights: list[np.ndarray[Any, Any]]) -> dict[str, Call]:
    """
    Return what needs no data, for a list of weights.

    Parameters
    ----------
    device : Device
        Where.
    weights : list of array
        float32.

    Returns
    -------
    dict
        Name to call, in the order of `ROWS`.
    """
    arrays = [device.array(W) for W in weights]
    initial = [W[::-1].copy() for W in arrays]  # other values of the same size
    found = contestants(device, weights)
    found |= {OURS[method]: each(partial(exactly, method), arrays) for method in OURS if OURS[method] in ours()}
    pairs = list(zip(arrays, initial, strict=True))
    found["shrink and perturb"] = each(lambda pair: baselines.shrink_and_perturb(*pair), pairs)
    found["full reset"] = each(baselines.full_reset, initial)
    found["Parseval gradient"] = each(partial(baselines.parseval_gradient, device.xp), arrays)
    return {name: found[name] for name in ROWS if name in found}


def exactly(method: str, W: Any) -> Any:
    """Return exact FIRE of one weight, tap by tap, by one of our methods."""
    if method == "svd":
        return fire_ref.fire(W)
    if W.ndim == 2:
        return (W.shape[0] / W.shape[1]) ** 0.5 * fire_ref.polar_factor(W, method=method)
    area = W.shape[2] * W.shape[3]
    taps = fire_ref.polar_factor(W.transpose(2, 3, 0, 1), method=method)
    return (W.shape[0] / W.shape[1]) ** 0.5 / area * taps.transpose(2, 3, 0, 1)


def data_pass(device: Device, samples: int) -> Data:
    """
    Measure DASH's pass over some random images, and say what a whole data set would take.

    Parameters
    ----------
    device : Device
        Where.
    samples : int
        Images.

    Returns
    -------
    dict
        A row of `table`; the seconds are extrapolated.
    """
    torch = device.torch
    torch.manual_seed(0)
    model = device.placed(dash.resnet18(torch))
    rng = np.random.default_rng(samples)
    images = device.tensor(rng.standard_normal((samples, 3, 32, 32), dtype=np.float32))
    labels = device.tensor(rng.integers(10, size=samples))
    dash.extra_pass(torch, model, images[:8], labels[:8])  # to warm up
    taken: list[float] = []

    def call() -> None:
        device.wall.wait()
        start = device.wall.now()
        dash.extra_pass(torch, model, images, labels)
        device.wall.wait()
        taken.append(device.wall.now() - start)

    memory = peak_extra(device, call, torch=True)
    whole = dash.DATA / samples
    note = (
        f"one pass over {samples} random images took {taken[0]:.3g} s: times {whole:.4g}, for {dash.DATA:,} images; "
        f"memory of batches of {min(samples, dash.BATCH)}; once at each reset"
    )
    return _row("DASH's extra pass", spread([whole * taken[0]]), memory, "DASH", note)


def size() -> int:
    """Return the bytes of what is replaced."""
    return 4 * parameters(resnet18())
