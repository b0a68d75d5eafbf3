"""Where a Gram matrix that is iterated by itself must be computed anew: its rounding errors grow faster than X's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..coefficients import Triple
from .moves import Move, moves
from .pieces import Host

#: Steps between two Gram matrices at most.
LONGEST = 5

_VALUES = np.concatenate([np.geomspace(1e-6, 1e-2, 50), np.linspace(0.01, 1.0, 1000)])


def segments(triples: Sequence[Triple], p: int) -> list[list[Move]]:
    """
    Cut a schedule, for singular values that start in [0, 1].

    An error of relative size eps in G, which is one of eps / s in s where s is small, comes out of a segment with
    stretch A (the largest |x_k / x_0| or |dx_k / dx_0|) as A^2 eps, where A times 10 p' eps is allowed: a segment ends
    before A exceeds p'.

    Parameters
    ----------
    triples : sequence of (a, b, c)
        One per step.
    p : int
        The short side.

    Returns
    -------
    list of list of Move

    Examples
    --------
    >>> from fire_ref.coefficients import schedule
    >>> cubic, muon = schedule("", "cubic") * 10, schedule("", "muon") * 4
    >>> [sum(map(len, segment)) for segment in segments(cubic, 256)]
    [5, 5]
    >>> [sum(map(len, segment)) for segment in segments(muon, 16)]
    [2, 2]
    """
    found: list[list[Triple]] = []
    start = _VALUES
    for triple in triples:
        if found and len(found[-1]) < LONGEST and _stretch(start, [*found[-1], triple]) <= max(p, 8):
            found[-1].append(triple)
            continue
        if found:
            start = _path(start, found[-1])[0]
        found.append([triple])
    return [moves(steps, pairs=True) for steps in found]


def _stretch(s: Host, steps: Sequence[Triple]) -> float:
    x, slope = _path(s, steps)
    with np.errstate(all="ignore"):
        worst = np.max(np.maximum(np.abs(np.where(s == 0, slope, x / s)), np.abs(slope)))
    return float(worst) if np.isfinite(worst) else np.inf


def _path(s: Host, steps: Sequence[Triple]) -> tuple[Host, Host]:
    """Return where the steps take s, and the slope there."""
    x, slope = s, np.ones_like(s)
    with np.errstate(all="ignore"):
        for a, b, c in steps:
            t = x * x
            slope = slope * (a + t * (3 * b + 5 * c * t))
            x = x * (a + t * (b + c * t))
    return x, slope
