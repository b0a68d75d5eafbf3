"""DfI and SFE of a projected block without another matrix of its size: the Gram matrix in strips, rows in pieces."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import quiet
from ..layout import Layout
from ..measures import dfi, sfe
from .orders import Measured

#: Bytes of a strip of the Gram matrix, and of the rows that are added to it at a time.
ROOM = 1 << 24
#: Columns of a strip that BLAS multiplies well, at most.
WIDE = 256


def measured(
    name: str,
    before: np.ndarray[Any, np.dtype[Any]],
    after: np.ndarray[Any, np.dtype[Any]],
    layout: Layout,
    gain: str | float,
) -> Measured:
    """
    Measure one block.

    Parameters
    ----------
    name : str
        What it is called.
    before, after : array
        The weight as it was, and as it is now.
    layout : Layout
        Of both.
    gain : str or float
        Of its rule. Where every matrix keeps one of its own, DfI is measured at its root mean square.

    Returns
    -------
    Measured
        Summed in float64 over all its matrices.
    """
    old, new = (layout.to_stack(np, array) for array in (before, after))
    scale = layout.fan_gain(before.shape) if gain == "fan" else None if isinstance(gain, str) else gain
    with quiet():  # inf is the right answer where float64 does not hold a square
        if scale is not None and old.size * 8 <= ROOM:
            sums = (float(np.sum(value)) for value in (sfe(old, new), dfi(old, gain=scale), dfi(new, gain=scale)))
            return Measured(name, *sums)
        total = np.zeros(3)
        for at in np.ndindex(old.shape[:-2]):
            total += (_paid(old[at], new[at]), _defect(old[at], scale), _defect(new[at], scale))
    return Measured(name, *(float(value) for value in total))


def _paid(W: np.ndarray[Any, np.dtype[Any]], V: np.ndarray[Any, np.dtype[Any]] | float) -> float:
    """Return ||W - V||_F^2."""
    rows = max(1, ROOM // (8 * W.shape[1]))
    found = 0.0
    for i in range(0, len(W), rows):
        other = V if isinstance(V, float) else V[i : i + rows]
        found += float(np.sum(np.square(W[i : i + rows].astype(np.float64) - other)))
    return found


def _defect(W: np.ndarray[Any, np.dtype[Any]], scale: float | None) -> float:
    """Return ||W^T W / scale^2 - I||_F^2, of the smaller Gram matrix; what is above its diagonal counts twice."""
    tall = W if W.shape[0] >= W.shape[1] else W.T
    m, n = tall.shape
    if scale is None:
        scale = (_paid(W, 0.0) / n) ** 0.5 or 1.0  # zero is zero at every scale
    rows = max(1, ROOM // (8 * n))
    width = max(1, min(WIDE, rows))
    found = 0.0
    for begin in range(0, n, width):
        strip = np.zeros((min(width, n - begin), n - begin))
        for i in range(0, m, rows):
            piece = tall[i : i + rows, begin:].astype(np.float64) / scale
            strip += piece[:, : len(strip)].T @ piece
        strip[:, : len(strip)] -= np.eye(len(strip))
        found += 2 * float(np.sum(np.square(strip))) - float(np.sum(np.square(strip[:, : len(strip)])))
    return found
