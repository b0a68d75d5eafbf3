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
    # Inside the interval that starts at this point the two sets do not change.
    few_after = int(np.searchsorted(ascending, points[last], side="right"))
    most_after = int(np.searchsorted(ascending, kappa * points[last], side="right"))
    high_after, count_after = below[-1] - below[most_after], len(unit) - most_after
    return float((below[few_after] / kappa / kappa + high_after / kappa) / (few_after / kappa / kappa + count_after))
