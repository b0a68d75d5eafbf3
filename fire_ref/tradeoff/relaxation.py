"""FIRE part of the way: the least change that buys a given DfI, multiplier or condition number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arguments import exactly_one, real
from ..arrays import Array
from ..operands import operand
from .clipping import clipped
from .factors import Factors, factors
from .multiplier import Host, root, weight_for
from .network import State, tied, weights


def relax(
    W: Array | State,
    *,
    dfi: float | None = None,
    weight: float | None = None,
    condition: float | None = None,
    gain: float = 1.0,
    check: bool = True,
) -> Array | dict[str, Any]:
    """
    Move part of the way to FIRE: least squared Frobenius error under one bound.

    Parameters
    ----------
    W : array, shape (..., m, n), or mapping of str to array
        A matrix or a stack, each matrix by itself; or the state of a network (weights with 2, 4 or 5 axes in their
        default layout; vectors, scalars, integers and bools returned as they are), whose layers share one multiplier.
        Tied tensors, one memory under several names, count once and stay tied.
    dfi : float, optional
        Deviation from isometry at `gain` to come down to (of the whole network, for a state), up to the rounding to
        W's dtype, whose floor is 0.36 n^2 u^2 / m; W itself if it is there already.
    weight : float, optional
        Multiplier lam in [0, inf] of ``||W/c - V/c||^2 + lam ||V^T V / c^2 - I||^2``; 0 returns W, inf is exact FIRE.
    condition : float, optional
        Largest s_max / s_min allowed, at least 1; `gain` plays no part.
    gain : float
        c, positive.
    check : bool
        False skips the value checks.

    Returns
    -------
    array or dict
        V, like W in shape, namespace, dtype and device; W is not modified.

    Raises
    ------
    TypeError
        Not exactly one of `dfi`, `weight`, `condition`; not an array, or of an unsupported dtype.
    ValueError
        Not a matrix; NaN or inf; an argument out of range.
    NotImplementedError
        A Dask array.

    Notes
    -----
    Keeps singular vectors and moves s to ``c v(s / c)`` (`fire_ref.tradeoff.multiplier.root`), a global minimum of
    a problem that is not convex. Zero singular values move along the vectors that the SVD completes.

    Examples
    --------
    >>> W = [[2.0, 0.0], [0.0, 0.1]]
    >>> from fire_ref import dfi
    >>> round(float(dfi(relax(W, dfi=1.0))), 12)
    1.0
    >>> relax(W, condition=1.0).round(12)
    array([[1.05, 0.  ],
           [0.  , 1.05]])
    """
    given = exactly_one("relax", {"dfi": dfi, "weight": weight, "condition": condition})
    gain = real("relax", "gain", gain, least=0.0, advice="gain=1.0", strict=True)
    bound = {"dfi": dfi, "weight": weight, "condition": condition}[given]
    bound = real(
        "relax", given, bound, least=1.0 if given == "condition" else 0.0, advice=f"{given}=10.0", infinite=True
    )
    if not isinstance(W, Mapping):
        one = factors("relax", "W", operand("relax", "W", W, check=check, host=True), None, check)
        if given == "condition":
            return _clipped(one, bound)
        unit = one.spectrum.over("relax", "W", gain)
        return _moved(one, unit, weight_for(unit, bound) if given == "dfi" else bound, gain)
    parts = {
        name: factors("relax", f"W[{name!r}]", w, axes, check)
        for name, (w, axes) in weights("relax", "W", W, check).items()
    }
    return tied(W, _network(parts, given, bound, gain))


def _network(parts: Mapping[str, Factors], given: str, bound: float, gain: float) -> dict[str, Array]:
    if given == "condition":
        return {name: _clipped(part, bound) for name, part in parts.items()}
    units = {name: part.spectrum.over("relax", f"W[{name!r}]", gain) for name, part in parts.items()}
    if given == "dfi":
        bound = float(weight_for(np.concatenate([unit.ravel() for unit in units.values()]), bound))
    return {name: _moved(part, units[name], bound, gain) for name, part in parts.items()}


def _clipped(part: Factors, kappa: float) -> Array:
    s = part.spectrum.scaled
    v = clipped(s, kappa)
    return part.rebuilt(v, np.all(v == s, axis=-1), scaled=True)


def _moved(part: Factors, unit: Host, weight: Host | float, gain: float) -> Array:
    lam = np.broadcast_to(np.asarray(weight, dtype=np.float64), unit.shape[:-1])
    return part.rebuilt(gain * root(unit, lam[..., None]), lam == 0, scaled=False)
