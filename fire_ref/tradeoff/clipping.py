"""The nearest spectrum with a bounded condition number: clip to [a, kappa a] at the best a."""

from __future__ import annotations

import numpy as np

from .multiplier import Host


def clipped(s: Host, kappa: float) -> Host:
    """
    Return the values nearest to s with ``max / min <= kappa``.

    Minimises sum (s_i - v_i)^2 over v_i in [a, kappa a]; the derivative in a, ``sum_{s<a} (a - s) - kappa
    sum_{s>kappa a} (s - kappa a)``, is piecewise linear and increasing, so its zero is found exactly.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        Singular values, descending, finite.
    kappa : float
        At least 1; inf changes nothing.

    Returns
    -------
    ndarray, shape (..., p)

    Examples
    --------
    >>> clipped(np.array([4.0, 2.0]), 1.0)
    array([3., 3.])
    >>> clipped(np.array([4.0, 2.0]), 2.0)
    array([4., 2.])
    """
    top = np.where(s[..., :1] > 0, s[..., :1], 1.0)
    unit = s / top
    fine = unit[..., -1:] * kappa >= unit[..., :1] if np.isfinite(kappa) else np.ones_like(top, dtype=bool)
    rows = unit.reshape(-1, unit.shape[-1])
    floor = np.array([_best_floor(row, kappa) if np.isfinite(kappa) else 0.0 for row in rows])
    a = floor.reshape(*unit.shape[:-1], 1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(fine, s, np.clip(unit, a, kappa * a) * top))


def _best_floor(unit: Host, kappa: float) -> float:
    if kappa > 1e50:  # the zeros weigh 1 / kappa^2: the top stays where it is, to 100 digits
        return float(unit[0] / kappa)
    ascending = unit[::-1]
    below = np.concatenate([[0.0], np.cumsum(ascending)])
    points = np.sort(np.concatenate([ascending, ascending / kappa]))
    few = np.searchsorted(ascending, points, side="left")  # how many lie below a
    most = np.searchsorted(ascending, kappa * points, side="right")  # how many do not exceed kappa a
    high = below[-1] - below[most]
    count = len(unit) - most
    # Divided by kappa^2, so that an enormous kappa cannot overflow.
    slope = (few * points - below[few]) / kappa / kappa - (high / kappa - count * points)
    last = int(np.flatnonzero(slope <= 0)[-1])
    # Which values lie outside does not change inside the interval that starts there; its middle is clear of rounding.
    middle = (points[last] + points[min(last + 1, len(points) - 1)]) / 2
    few_there = int(np.searchsorted(ascending, middle, side="right"))
    most_there = int(np.searchsorted(ascending, kappa * middle, side="right"))
    high_there, count_there = below[-1] - below[most_there], len(unit) - most_there
    return float((below[few_there] / kappa / kappa + high_there / kappa) / (few_there / kappa / kappa + count_there))
