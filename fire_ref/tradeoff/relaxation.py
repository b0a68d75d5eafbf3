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
from .network import State, weights


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
        default layout, all else returned as it is), whose layers share one multiplier.
    dfi : float, optional
        Deviation from isometry at `gain` to come down to (of the whole network, for a state); W itself if it is
        there already.
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
        return _moved(one, given, bound if given != "dfi" else weight_for(one.s / gain, bound), gain)
    found = {
        name: factors("relax", f"W[{name!r}]", w, axes, check)
        for name, (w, axes) in weights("relax", "W", W, check).items()
    }
    whole = np.concatenate([part.s.ravel() for part in found.values()])
    shared = bound if given != "dfi" else float(weight_for(whole / gain, bound))
    return {name: _moved(found[name], given, shared, gain) if name in found else W[name] for name in W}


def _moved(part: Factors, given: str, bound: Host | float, gain: float) -> Array:
    if given == "condition":
        v = clipped(part.s, float(bound))
        return part.rebuilt(v, np.all(v == part.s, axis=-1))
    lam = np.broadcast_to(np.asarray(bound, dtype=np.float64), part.s.shape[:-1])
    return part.rebuilt(gain * root(part.s / gain, lam[..., None]), lam == 0)
