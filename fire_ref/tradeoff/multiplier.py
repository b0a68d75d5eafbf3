"""
The front on one singular value, in closed form, and the multiplier that meets a given DfI.

Everything here is NumPy float64 on the host, in units of the gain (s is s_i / c). A multiplier lam may be 0
(do nothing) and inf (exact FIRE).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..arrays import quiet

Host: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Point(NamedTuple):
    """Where the front puts each singular value: v itself, s - v, and v^2 - 1, none by cancellation."""

    v: Host
    gap: Host
    defect: Host


def root(s: Host, weight: Host | float) -> Host:
    """
    The one positive root of ``2 lam v^3 + (1 - 2 lam) v = s``, between s and 1.

    Parameters
    ----------
    s : ndarray
        Singular values over the gain, at least 0.
    weight : float or ndarray
        lam in [0, inf], broadcast against s.

    Returns
    -------
    ndarray
        v; for s = 0 it is sqrt(1 - 1 / (2 lam)) once lam > 1/2, before that 0.

    Notes
    -----
    Cardano, hyperbolic below lam = 1/2 and above the discriminant, trigonometric elsewhere, in the form that
    neither overflows nor cancels; two Newton steps take the last digits.

    Examples
    --------
    >>> float(root(np.array(2.0), 0.5))  # the cube root
    1.2599210498948732
    >>> root(np.array([0.0, 1.0, 3.0]), np.inf)
    array([1., 1., 1.])
    """
    s, lam = np.broadcast_arrays(np.asarray(s, dtype=np.float64), np.asarray(weight, dtype=np.float64))
    exact = lam > 8e307  # 2 lam would overflow, and v is 1 to the last bit long before
    lam = np.where(exact, 1.0, lam)
    with quiet():
        bend = 1 - 2 * lam
        size = np.abs(bend)
        tight = 6 * (lam / size)  # 3 / |p|
        a = 1.5 * (s / size) * np.sqrt(tight)
        below = np.sinh(np.arcsinh(a) / 3)
        above = np.where(a >= 1, np.cosh(np.arccosh(np.maximum(a, 1)) / 3), np.cos(np.arccos(np.minimum(a, 1)) / 3))
        v = np.where(bend > 0, below, above) * (2 / np.sqrt(tight))
        v = np.where((bend == 0) | np.isinf(a), np.cbrt(s) / np.cbrt(2 * lam), v)  # the linear term has no weight
        v = np.where((lam == 0) | (tight == 0), s, v)
        for _ in range(2):
            v = _polished(v, s, lam)
    v = np.clip(v, np.minimum(s, 1), np.maximum(s, 1))
    return np.asarray(np.where(exact, 1.0, v))


def _polished(v: Host, s: Host, lam: Host) -> Host:
    """One Newton step; lam v^2 is formed from sqrt(lam) v, which cannot overflow where v is a root."""
    square = 2 * (np.sqrt(lam) * v) ** 2
    slope = 3 * square + (1 - 2 * lam)
    step = (v * (square + (1 - 2 * lam)) - s) / np.where(slope > 0, slope, 1)
    # Below 1e-290 the products in the step are subnormal, and Cardano's value is the better one.
    useful = (slope > 0) & np.isfinite(step) & ((s > 1e-290) | (s == 0))
    return np.where(useful, v - step, v)


def point(s: Host, weight: Host | float) -> Point:
    """
    The front's value for each singular value, with both differences free of cancellation.

    ``s - v = 2 lam v (v^2 - 1)``: below lam = 1/2 the right side is the accurate one, above it the left.

    Parameters
    ----------
    s : ndarray
        Singular values over the gain.
    weight : float or ndarray
        lam in [0, inf], broadcast against s.

    Returns
    -------
    Point
    """
    v = root(s, weight)
    lam = np.broadcast_to(np.asarray(weight, dtype=np.float64), v.shape)
    strong = lam > 0.5
    rise = _rise(s, lam)
    with quiet():
        near = np.isfinite(rise)
        v = np.where(near, 1 + rise, v)
        far_defect = np.where(strong, (s - v) / (2 * lam * v), (v - 1) * (v + 1))
        defect = np.where(near, rise * (2 + rise), far_defect)
        far_gap = np.where(near, (s - 1) - rise, s - v)
        gap = np.where(strong, far_gap, np.where(lam == 0, 0.0, 2 * lam * v * defect))
    return Point(v, gap, defect)


def _rise(s: Host, lam: Host) -> Host:
    """
    Return e = v - 1 where s lies within 1/4 of 1, nan elsewhere.

    With t = s - 1, which is exact there: ``e + r (6 e^2 + 2 e^3) = t / (1 + 4 lam)``, r = lam / (1 + 4 lam).
    """
    t = s - 1
    with quiet():
        weak = 1 / (1 + 4 * lam)
        r = np.where(lam > 1, 0.25 * (1 - weak), lam * weak)
        e = t * weak
        for _ in range(6):
            e = e - (e + r * e * e * (6 + 2 * e) - t * weak) / (1 + r * e * (12 + 6 * e))
        return np.asarray(np.where(np.abs(t) < 0.25, e, np.nan))


def total_dfi(s: Host, weight: Host | float) -> Host:
    """
    Sum (v^2 - 1)^2 over the last axis.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        Singular values over the gain.
    weight : float or ndarray, shape (...)
        One multiplier per row.

    Returns
    -------
    ndarray, shape (...)
    """
    with quiet():
        return np.asarray(np.sum(point(s, np.asarray(weight)[..., None]).defect ** 2, axis=-1))


def total_sfe(s: Host, weight: Host | float, gain: float) -> Host:
    """
    Sum (c s - c v)^2 over the last axis, in squared units of W.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        Singular values over the gain.
    weight : float or ndarray, shape (...)
        One multiplier per row.
    gain : float
        c.

    Returns
    -------
    ndarray, shape (...)
    """
    with quiet():
        return np.asarray(np.sum((gain * point(s, np.asarray(weight)[..., None]).gap) ** 2, axis=-1))


def weight_for(s: Host, dfi: Host | float, halvings: int = 64) -> Host:
    """
    Least multiplier at which DfI has come down to `dfi`: 0 if it is there already, inf for 0.

    DfI falls continuously and strictly from DfI(W) to 0 as lam grows, so bisection on log lam finds it, all rows
    at once; the upper end of the last interval is returned, so that the bound holds.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        Singular values over the gain.
    dfi : float or ndarray, shape (...)
        At least 0.
    halvings : int
        Of the 1454 nats that lam spans; 64 leave less than the spacing of floats.

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> s = np.array([0.1, 2.0])
    >>> float(weight_for(s, 100.0)), float(weight_for(s, 0.0))
    (0.0, inf)
    >>> bool(abs(total_dfi(s, weight_for(s, 0.5)) - 0.5) < 1e-12)
    True
    """
    dfi = np.broadcast_to(np.asarray(dfi, dtype=np.float64), s.shape[:-1])
    low = np.full(s.shape[:-1], np.log(5e-324))
    high = np.full(s.shape[:-1], np.log(8e307))
    reached = total_dfi(s, np.exp(high)) <= dfi
    for _ in range(halvings):
        middle = (low + high) / 2
        more = total_dfi(s, np.exp(middle)) > dfi
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    found = np.where(reached & (dfi > 0), np.exp(high), np.inf)  # squares underflow long before lam is inf
    return np.asarray(np.where(total_dfi(s, np.zeros_like(dfi)) <= dfi, 0.0, found))
