"""The output units of a weight: the norms of its rows, and which of them are dead."""

from __future__ import annotations

import numpy as np

from ..arrays import quiet, to_host
from ..layout import Layout
from ..operands import Operand
from ..scaling import Scaled


def row_norms(w: Operand, layout: Layout, scaled: Scaled, rtol: float) -> tuple[float, float, int]:
    """
    Measure the rows of a weight; those of a convolution go over all its taps.

    Parameters
    ----------
    w : Operand
        Where it came from.
    layout : Layout
        Of the weight.
    scaled : Scaled
        Its matrices, shape (batch..., taps..., O, I).
    rtol : float
        A unit is dead if its norm is at most rtol times the largest.

    Returns
    -------
    smallest, largest : float
        Norms, in units of W.
    dead : int
        How many units are dead; all of a zero weight.
    """
    xp = w.xp
    with w.quiet():
        squares = xp.sum(scaled.array * scaled.array, axis=-1, keepdims=True)
        norms = to_host(scaled.restore(xp.sqrt(squares)))[..., 0].astype(np.float64)
    batch = len(layout.batch)
    norms = norms.reshape(*norms.shape[:batch], -1, norms.shape[-1])
    peak = norms.max()
    with quiet():  # over the peak, so that no square overflows
        units = peak * np.sqrt(np.sum((norms / (peak if peak > 0 else 1.0)) ** 2, axis=-2))
    return float(units.min()), float(units.max()), int((units <= rtol * units.max()).sum())
