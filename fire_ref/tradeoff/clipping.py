"""The nearest spectrum with a bounded condition number: clip to [a, kappa a] at the best a."""

from __future__ import annotations

import numpy as np

from .multiplier import Host


def clipped(s: Host, kappa: float) -> Host:
    """
    Return the values nearest to s with ``max / min <= kappa``.

    Minimises sum (s_i - v_i)^2 over v_i in [b / kappa, b]. The derivative in b is increasing and piecewise linear:
    bisection, all rows at once, finds which values lie outside, and the linear piece gives b.

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
    low, high = np.zeros_like(top), np.ones_like(top)
    for _ in range(60):  # b is at least 1 / p, so that 60 halvings reach its last digit
        middle = (low + high) / 2
        rising = _slope(unit, middle, kappa) > 0
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    b = _piece(unit, low, kappa)
    fine = unit[..., -1:] >= unit[..., :1] / kappa
    return np.asarray(np.where(fine, s, np.clip(unit, b / kappa, b) * top))


def _slope(unit: Host, b: Host, kappa: float) -> Host:
    """Half the derivative of the cost in b."""
    raised = np.sum(np.maximum(b / kappa - unit, 0), axis=-1, keepdims=True)
    return np.asarray(raised / kappa - np.sum(np.maximum(unit - b, 0), axis=-1, keepdims=True))


def _piece(unit: Host, b: Host, kappa: float) -> Host:
    """Solve the linear piece around b: b (n_low / kappa^2 + n_high) = S_low / kappa + S_high."""
    low, high = unit < b / kappa, unit > b
    total = np.sum(unit * low, axis=-1, keepdims=True) / kappa + np.sum(unit * high, axis=-1, keepdims=True)
    share = np.sum(low, axis=-1, keepdims=True) / kappa / kappa + np.sum(high, axis=-1, keepdims=True)
    return np.asarray(np.where(share > 0, total / np.where(share > 0, share, 1), b))
