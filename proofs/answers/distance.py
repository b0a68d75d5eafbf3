"""How far do weights move: against shrink-and-perturb, full reset, and the front?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import fire_ref
from fire_ref.layout import parse

from .text import table
from .weights import NETWORKS, network

Host = np.ndarray[Any, np.dtype[np.float64]]
#: Share of the fresh weights in shrink-and-perturb, as the paper's vision experiments set it.
PERTURB = 0.8
SHRINK = f"shrink and perturb, {PERTURB}"


def fresh(W: Host, fan: int, rng: np.random.Generator) -> Host:
    """Draw what a full reset puts there: PyTorch's default, uniform with the variance 1 / (3 fan_in)."""
    return np.asarray(rng.uniform(-1, 1, W.shape) / np.sqrt(fan))


def methods(W: Host, rng: np.random.Generator) -> Mapping[str, Host]:
    """Return what each method makes of one weight."""
    new = fresh(W, int(np.prod(W.shape[1:])), rng)
    return {
        "exact FIRE": np.asarray(fire_ref.fire(W)),
        "FIRE, k = 10": np.asarray(fire_ref.fire(W, method="newton-schulz", steps=10)),
        "FIRE, k = 5": np.asarray(fire_ref.fire(W, method="newton-schulz", steps=5)),
        SHRINK: (1 - PERTURB) * W + PERTURB * new,
        "full reset": new,
    }


def answer(names: Sequence[str]) -> str:
    """
    Sum SFE, DfI and the least SFE for that DfI over each network.

    Parameters
    ----------
    names : sequence of str
        Of networks.

    Returns
    -------
    str
        Markdown.
    """
    rows: list[list[object]] = []
    moved: dict[str, list[float]] = {}
    wasted: dict[str, list[float]] = {}
    for name in names:
        rng = np.random.default_rng(0)
        totals: dict[str, list[float]] = {}
        size = 0.0
        for W in (np.asarray(W, np.float64) for W in network(name).values() if W.ndim in (2, 4)):
            layout = parse("answers", None, W.shape)
            c, old = layout.fan_gain(W.shape), layout.to_stack(np, W)
            size += float(np.sum(W * W))
            for method, V in methods(W, rng).items():
                paid = fire_ref.excess(old, layout.to_stack(np, V), gain=c)
                mine = totals.setdefault(method, [0.0, 0.0, 0.0])
                mine[0] += float(np.sum((W - V) ** 2))
                mine[1] += float(np.sum(fire_ref.dfi(layout.to_stack(np, V), gain=c)))
                mine[2] += float(np.sum(paid.least_sfe))
        rows += [
            [f"{NETWORKS[name].split(',')[0]}: {method}", sfe / size, least / size, dfi]
            for method, (sfe, dfi, least) in totals.items()
        ]
        for method, (sfe, _, least) in totals.items():
            moved.setdefault(method, []).append(sfe / size)
            wasted.setdefault(method, []).append(sfe / least)

    def spread(method: str) -> str:
        return f"{min(moved[method]):.2f} to {max(moved[method]):.2f}"

    def times(method: str) -> str:
        return f"{min(wasted[method]):.1f} to {max(wasted[method]):.0f} times"

    return "\n\n".join(
        [
            f"**Exact FIRE moves these networks by {spread('exact FIRE')} of their squared norm, a full reset by "
            f"{spread('full reset')}, shrink and perturb by {spread(SHRINK)}.** *Least* is the cheapest way to the "
            "DfI that each layer ends with, the exact front: exact FIRE pays no more, k steps pay more, shrink and "
            f"perturb {times(SHRINK)} and a reset {times('full reset')} of what they need. A reset is PyTorch's "
            "default initialisation.",
            table(["network: method", "SFE", "least SFE for its DfI", "DfI at the gain"], rows),
        ]
    )
