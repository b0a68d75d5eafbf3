"""Which formulas explain what was measured, within the noise that the measurement shows itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..coefficients import Triple
from ..tolerances import EPS
from .gain import named
from .hypotheses import POLYNOMIALS, Formula, Predicted, predictions
from .precision import Host
from .response import Measured

#: Deviations up to this many times the noise are noise, in the mean over all values and in the largest.
MEAN, LARGEST = 1.0, 4.0
#: How many times the leakage beside a value, and the rounding of the value itself, may be on it.
LEAKED, ROUNDED = 2.5, 1.5
#: Our own singular vectors are as far off, in float64.
OWN = 16 * EPS["float64"]


@dataclass(frozen=True)
class Fit:
    """A formula that explains all probes, with a factor for each, and the name of the rule of those factors."""

    formula: Formula
    factors: tuple[float, ...]
    gain: str
    residual: float
    largest: float

    @property
    def within(self) -> bool:
        """Whether the deviations are noise."""
        return self.residual <= MEAN and self.largest <= LARGEST


def fits(
    found: Sequence[Measured],
    eps: float,
    polynomials: Mapping[str, tuple[Triple, ...]] = POLYNOMIALS,
    floor: float = 0.0,
) -> list[Fit]:
    """
    Try every formula.

    Parameters
    ----------
    found : sequence of Measured
        Probes; at least one.
    eps : float
        Of the dtype that the target computes in.
    polynomials : mapping
        As for `predictions`.
    floor : float
        What may have been added to the norm.

    Returns
    -------
    list of Fit
        Those within noise, best first; only the best one of all if there is none.
    """
    every = list(predictions([one.s for one in found], polynomials))
    table = _compared(every, found, eps, floor)
    inside = np.flatnonzero((table.residual <= MEAN) & (table.largest <= LARGEST))
    if not len(inside):
        return [_fit(every, table, int(np.argmin(table.residual)), found)]
    return [_fit(every, table, int(i), found) for i in inside[np.argsort(table.residual[inside], kind="stable")]]


class _Compared(NamedTuple):
    """One row for each formula: factors and their uncertainty for each probe, mean and largest deviation."""

    factors: Host
    room: Host
    residual: Host
    largest: Host


def _compared(every: Sequence[Predicted], found: Sequence[Measured], eps: float, floor: float) -> _Compared:
    """Compare all formulas with the measurement at once."""
    lengths = [len(one.s) for one in found]
    starts = np.cumsum([0, *lengths[:-1]])
    d = np.concatenate([one.response for one in found])
    leaked = LEAKED * np.concatenate([one.noise for one in found])
    noise = leaked + (ROUNDED * eps + OWN) * np.abs(d) + np.finfo(float).tiny
    slack = np.repeat([2 * floor / one.norm for one in found], lengths)
    r, swing = np.stack([one.response for one in every]), np.stack([one.swing for one in every])
    with np.errstate(all="ignore"):
        # Twice: the weights of the second fit know how far the swing of the first carries a rounding of s.
        scale = np.broadcast_to(noise, r.shape)
        for _ in range(2):
            weighted = r / scale**2
            c = np.add.reduceat(weighted * d, starts, axis=1) / np.add.reduceat(weighted * r, starts, axis=1)
            spread = np.repeat(c, lengths, axis=1)
            scale = noise + (ROUNDED * eps + slack) * np.abs(spread * swing)
        deviation = np.abs(d - spread * r) / scale
        signal = np.sqrt(np.add.reduceat((spread * r / scale) ** 2, starts, axis=1))
        room = slack[starts] + ROUNDED / signal + ROUNDED * eps
        residual, largest = np.sqrt(np.mean(deviation**2, axis=1)), np.max(deviation, axis=1)
    broken = ~np.isfinite(residual)
    return _Compared(c, room, np.where(broken, np.inf, residual), np.where(broken, np.inf, largest))


def _fit(every: Sequence[Predicted], table: _Compared, i: int, found: Sequence[Measured]) -> Fit:
    residual, factors = float(table.residual[i]), table.factors[i]
    gain = named(found, every[i], factors, table.room[i]) if residual <= MEAN else ""
    return Fit(every[i].formula, tuple(map(float, factors)), gain, residual, float(table.largest[i]))
