"""Fitting a formula's numbers to a response: damped Gauss-Newton on deviations over their noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...coefficients import Triple, at
from ..fitting import LARGEST, LEAKED, MEAN, OWN, ROUNDED
from ..precision import Host
from ..response import Measured
from ..truth import one_step, slope
from .clue import View

#: Steps of the descent; it settles in fewer than ten where it settles at all.
MOST = 40
#: In the place of what overflows; squares of it do not.
WORST = 1e30


@dataclass(frozen=True)
class Setting:
    """
    The declared formula on the probes, open to change.

    Attributes
    ----------
    found : sequence of Measured
        The probes.
    gains : ndarray, shape (probes,)
        The declared gain of each.
    starts : sequence of ndarray
        Normalised singular values, as declared.
    triples : sequence of (a, b, c)
        One for each step.
    eps : float
        Of the dtype that the target computes in.
    floor : float
        What may have been added to the norm without being a mistake.
    """

    found: Sequence[Measured]
    gains: Host
    starts: Sequence[Host]
    triples: Sequence[Triple]
    eps: float
    floor: float

    def misfit(self, starts: Sequence[Host] | None = None, triples: Sequence[Triple] | None = None) -> Host:
        """Return deviations over their noise, all probes one after the other."""
        starts, triples = self.starts if starts is None else starts, self.triples if triples is None else triples
        with np.errstate(all="ignore"):
            pairs = zip(self.found, self.gains, starts, strict=True)
            parts = [self._one(one, gain, x, triples) for one, gain, x in pairs]
        return np.clip(np.nan_to_num(np.concatenate(parts), nan=WORST, posinf=WORST, neginf=-WORST), -WORST, WORST)

    def _one(self, one: Measured, gain: float, x: Host, triples: Sequence[Triple]) -> Host:
        swing = x
        for triple in triples:
            slopes, x = np.abs(slope(x, triple)), one_step(x, triple)
            swing = np.maximum(swing * slopes, np.abs(x))
        room = ROUNDED * self.eps + 2 * self.floor / one.norm
        noise = LEAKED * one.noise + (ROUNDED * self.eps + OWN) * np.abs(one.response) + room * gain * swing
        return np.asarray((one.response - gain * x) / (noise + np.finfo(float).tiny))


def setting(view: View, eps: float, floor: float) -> Setting:
    """
    Return the declared formula on the probes.

    Parameters
    ----------
    view : View
        What was seen.
    eps : float
        Of the dtype that the target computes in.
    floor : float
        As in `Setting`.

    Returns
    -------
    Setting
    """
    dialect, found = view.evidence.dialect, list(view.taken.calm)
    gains = np.array([one.seen.truth.gains[0, 0] for one in found])
    norms = [one.norm if dialect.normalization == "frobenius" else float(one.s[0]) for one in found]
    starts = [one.s / (norm * dialect.safety + dialect.eps) for one, norm in zip(found, norms, strict=True)]
    steps = [at(dialect.triples, step) for step in range(dialect.steps or 0)]
    return Setting(found, gains, starts, steps, eps, floor)


def within(misfit: Host) -> bool:
    """Whether deviations are noise."""
    return bool(np.sqrt(np.mean(misfit**2)) <= MEAN and np.max(np.abs(misfit)) <= LARGEST)


def descend(misfit: Callable[[Host], Host], start: Host) -> tuple[Host, Host]:
    """
    Minimise the sum of squares of deviations.

    Parameters
    ----------
    misfit : callable
        Of the values; deviations over their noise.
    start : ndarray
        Where to begin.

    Returns
    -------
    values, deviations : ndarray
        At the end.
    """
    values, damping = np.asarray(start, dtype=np.float64), 1e-3
    error = misfit(values)
    for _ in range(MOST):
        moves = 1e-7 * np.maximum(np.abs(values), 1e-3)
        J = np.stack([(misfit(values + move) - error) / move.sum() for move in np.diag(moves)], axis=1)
        A = J.T @ J
        trial = values - np.linalg.lstsq(A + damping * np.diag(np.diag(A)), J.T @ error, rcond=None)[0]
        after = misfit(trial)
        if after @ after < error @ error:
            settled = error @ error - after @ after <= 1e-9 * (error @ error)
            values, error, damping = trial, after, damping / 5
            if settled:
                break
        else:
            damping *= 10
            if damping > 1e8:
                break
    return values, error
