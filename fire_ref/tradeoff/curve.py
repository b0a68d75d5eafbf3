"""The stability-plasticity front of a weight or a network: least SFE at every DfI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..arguments import count, matrix_shape, real
from ..arrays import Array
from ..operands import operand
from ..spectrum import singular_values
from .multiplier import Host, total_dfi, total_sfe, weight_for
from .network import State, spectrum


class Front(NamedTuple):
    """Points of the front from W (weight 0) to exact FIRE (weight inf), NumPy float64 on the host."""

    weight: Host
    sfe: Host
    dfi: Host


def front(W: Array | State, *, points: int = 50, gain: float = 1.0, check: bool = True) -> Front:
    """
    Trace the exact front between doing nothing and exact FIRE.

    Parameters
    ----------
    W : array, shape (..., m, n), or mapping of str to array
        A matrix or a stack (one curve each, at the same multipliers); or the state of a network, as in `relax`: one
        multiplier for all layers, which is optimal for the sums.
    points : int
        How many, at least 2; the ends are exact, the others spread over the bend.
    gain : float
        DfI is measured against it, positive.
    check : bool
        False skips the value checks.

    Returns
    -------
    Front
        weight (points,), sfe and dfi (..., points): squared units of W, and dimensionless.

    Raises
    ------
    TypeError
        Not an array or state, or of an unsupported dtype.
    ValueError
        Not a matrix; NaN or inf; an argument out of range.
    NotImplementedError
        A Dask array.

    Examples
    --------
    >>> curve = front([[2.0, 0.0], [0.0, 0.0]], points=3)
    >>> [float(curve.sfe[0]), float(curve.dfi[0])], [float(curve.sfe[-1]), float(curve.dfi[-1])]
    ([0.0, 10.0], [2.0, 0.0])
    """
    points = count("front", "points", points, least=2)
    gain = real("front", "gain", gain, least=0.0, advice="gain=1.0", strict=True)
    if isinstance(W, Mapping):
        unit = spectrum("front", "W", W, gain, check)
    else:
        w = operand("front", "W", W, check=check, host=True)
        matrix_shape("front", "W", w.shape)
        unit = singular_values("front", "W", w, w.array, check=check).over("front", "W", gain)
    weights = _spread(unit.ravel(), points)
    sfe = np.stack([total_sfe(unit, np.full(unit.shape[:-1], lam), gain) for lam in weights], axis=-1)
    dfi = np.stack([total_dfi(unit, np.full(unit.shape[:-1], lam)) for lam in weights], axis=-1)
    return Front(weights, sfe, dfi)


def _spread(unit: Host, points: int) -> Host:
    """Multipliers evenly spaced in log lam, from where DfI is 99 % of W's to where it is 1e-4 per singular value."""
    whole = min(float(total_dfi(unit, 0.0)), 1e300)
    least = 1e-4 * min(whole, len(unit))
    if whole > 0:
        low, high = (float(weight_for(unit, dfi, halvings=20)) for dfi in (0.99 * whole, least))  # to 0.001 nats
    else:
        low, high = 0.01, 100.0  # an isometry stays where it is at every multiplier
    return np.concatenate([[0.0], np.geomspace(low, high, points - 2), [np.inf]])
