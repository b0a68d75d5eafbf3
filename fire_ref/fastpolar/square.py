"""The square polar factor by steps chosen from measured bounds, or None where only the SVD will do."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..tolerances import EPS, residual_bound
from . import extremes, singular, steps
from .kernels import Host, diagonal, gram, inverted, of
from .weighting import halley_weights, newton_top

#: Inversion is trusted up to this condition.
MOST_CONDITION = {"float64": 1e6, "float32": 3e5}
#: Of fewer rows than `FEW` only what one Newton step prepares for Halley's is faster than the SVD; where most singular
#: values are nearly the largest (||W||_F^2 above such a part of n ||W||_2^2), with which the SVD is quick, mild ones.
FEW, MOST_OF_FEW, MOST_OF_EQUALS, EQUALS = 640, 1.4e4, 30.0, 0.4
#: Of the pivots, largest over smallest.
HOPELESS = {"float64": 1e7, "float32": 3e5}
#: Halley's Cholesky factor loses about this factor in its backward error. In double precision, which takes more steps
#: in any case, a Newton step before Halley's is as fast.
MOST_WEIGHT = {"float64": 400.0, "float32": 2000.0}
#: What the iteration may leave of the residual's bound; the rest is for rounding.
SHARE = 0.2
MOST_STEPS = 12


class Interval(NamedTuple):
    """Where the singular values lie: `high` is an estimate; `low` is one, or certain after a step."""

    low: float
    high: float

    @property
    def condition(self) -> float:
        """The ratio of its ends."""
        return self.high / self.low

    def within(self, condition: float) -> bool:
        """Say whether the ratio of its ends is at most this; false where an end is 0, inf or nan."""
        return 0.0 < self.high <= condition * self.low < math.inf


def factored(W: Host) -> Host | None:
    """
    Return the polar factor of a square matrix, or None where that is left to the SVD.

    Parameters
    ----------
    W : ndarray, shape (n, n)
        Fortran order, entries of order 1; not modified.

    Returns
    -------
    ndarray or None
    """
    lu, pivots, failed = of(W).getrf(W)
    if failed or _hopeless(lu):
        return None
    bounds = Interval(extremes.smallest(lu, pivots), extremes.largest(W))
    if not bounds.within(most_condition(W, bounds)):
        return None
    X = W.copy(order="F")
    if not steps.newton(X, lu, pivots, 1.0 / math.sqrt(bounds.low * bounds.high)):
        return None
    return iterated(X, lu, after_newton(bounds.condition))


def most_condition(A: Host, bounds: Interval) -> float:
    """
    Return up to which condition steps are taken on a square matrix.

    Parameters
    ----------
    A : ndarray, shape (n, n)
        Fortran order.
    bounds : Interval
        Where its singular values lie.

    Returns
    -------
    float
    """
    if len(A) >= FEW:
        return MOST_CONDITION[A.dtype.name]
    equals = float(np.vdot(A.T, A.T)) > EQUALS * len(A) * bounds.high**2
    return MOST_OF_EQUALS if equals else MOST_OF_FEW


def extent(R: Host) -> Interval:
    """Estimate where the singular values of an upper triangle, zeros below, lie; from 0 if it is nearly singular."""
    if _hopeless(R):
        return Interval(0.0, math.inf)
    return Interval(extremes.smallest_of_triangle(R), extremes.largest(R))


def _hopeless(A: Host) -> bool:
    """Say whether the pivots show a condition beyond all limits, which saves estimating it."""
    pivots = np.abs(diagonal(A))
    return not float(pivots.max()) <= HOPELESS[A.dtype.name] * float(pivots.min())


def of_triangle(R: Host, bounds: Interval | None = None) -> Host:
    """
    Return the polar factor of a triangular matrix, whose first Newton step costs little; by the SVD if need be.

    Parameters
    ----------
    R : ndarray, shape (n, n)
        Fortran order, with zeros below the diagonal; not modified.
    bounds : Interval, optional
        Its `extent`, where that is known.

    Returns
    -------
    ndarray
    """
    bounds = bounds or extent(R)
    inverse = triangular_inverse(R) if bounds.within(most_condition(R, bounds)) else None
    if inverse is None:
        return singular.factored(R)
    X = R.copy(order="F")
    steps.mean(X, inverse, 1.0 / math.sqrt(bounds.low * bounds.high))
    P = iterated(X, inverse, after_newton(bounds.condition))
    return singular.factored(R) if P is None else P


def triangular_inverse(R: Host) -> Host | None:
    """Return the inverse of an upper triangular matrix with zeros below, or None if it is not finite."""
    inverse = inverted(R)
    return None if inverse is None or not np.isfinite(inverse).all() else inverse


def after_newton(condition: float) -> Interval:
    """Return where the singular values lie after an optimally scaled Newton step."""
    return Interval(1.0, max(1.0, newton_top(condition)))


def iterated(X: Host, spare: Host, bounds: Interval) -> Host | None:
    """
    Return the polar factor of a square matrix with known bounds, or None where the steps fail.

    Parameters
    ----------
    X, spare : ndarray, shape (n, n)
        Fortran order; both overwritten.
    bounds : Interval
        Of the singular values of X.

    Returns
    -------
    ndarray or None
    """
    E = np.zeros_like(X, order="F")
    limit = MOST_WEIGHT[X.dtype.name]
    target = SHARE * residual_bound(X.shape[0], EPS[X.dtype.name])
    for _ in range(MOST_STEPS):
        if halley_weights(1.0 / bounds.condition).c > limit:
            if not _newton_again(X, spare, bounds):
                return None
            bounds = after_newton(bounds.condition)
            continue
        centre = 0.5 * (bounds.low**2 + bounds.high**2)
        gram(X, E, -1.0 / centre)
        diagonal(E)[...] += X.dtype.type(1.0)
        size = extremes.triangle_norm(E)
        # No norm is larger than this one: where it is so small that few terms do, nothing need be estimated.
        spectral = size if steps.leftover(3, size, size) <= target else 1.1 * extremes.symmetric_norm(E)
        if not math.isfinite(spectral):
            return None
        for order in (2, 3, 5):
            if steps.leftover(order, spectral, size) <= target:
                return steps.last(X, E, spare, centre, order, _single_from(spectral, size, target))
        high = math.sqrt(centre * (1.0 + spectral))
        bounds = Interval(min(bounds.low, high), high)
        weights = halley_weights(1.0 / bounds.condition)
        if weights.c > 2.0 * limit:
            continue  # much wider than it was thought: Newton first
        if not steps.halley(X, E, spare, centre, high, weights):
            return None
        bounds = Interval(weights.floor, 1.0)
    return None


def _newton_again(X: Host, spare: Host, bounds: Interval) -> bool:
    np.copyto(spare, X)
    lu, pivots, failed = of(X).getrf(spare, overwrite_a=1)
    return not failed and steps.newton(X, lu, pivots, 1.0 / math.sqrt(bounds.low * bounds.high))


def _single_from(spectral: float, size: float, target: float) -> int:
    """Return the least k for which rounding E^k to single precision costs a small part of the target."""
    return next((k for k in (1, 2, 3) if EPS["float32"] * spectral ** (k - 1) * size <= 0.25 * target), 4)
