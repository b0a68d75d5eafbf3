"""The gain that FIRE gives back to an isometry: by fan, by norm, by mean, or as told."""

from __future__ import annotations

import numpy as np

from . import values
from .arguments import real
from .arrays import Array
from .errors import sentence
from .layout import Layout
from .norms import frobenius
from .operands import Operand
from .scaling import normalise

NAMES = ("fan", "norm", "mean")
#: Those that every matrix has its own of, from its values.
KEPT = ("norm", "mean")


def parse(function: str, gain: object) -> str | float:
    """
    Accept "fan", "norm", "mean" or a positive number.

    Parameters
    ----------
    function : str
        Who asks.
    gain : object
        The caller's.

    Returns
    -------
    str or float

    Raises
    ------
    ValueError
        An unknown name, or not positive and finite.
    """
    if isinstance(gain, str):
        if gain not in NAMES:
            rule = "be 'fan', 'norm', 'mean' or a positive number"
            raise ValueError(sentence(function, "gain", rule, repr(gain), "'fan'"))
        return gain
    return real(function, "gain", gain, least=0.0, advice="gain=1.0", strict=True)


def apply(gain: str | float, w: Operand, layout: Layout, stack: Array, X: Array) -> Array:
    """
    Multiply each computed matrix by its gain.

    Parameters
    ----------
    gain : str or float
        From `parse`. "norm" rescales X to ||W||_F; "mean" takes <W, X> / ||X||_F^2, the best free gain, which for
        exact X is the mean singular value. A matrix computed as zero stays zero.
    w : Operand
        The weight.
    layout : Layout
        Of the weight.
    stack : array, shape (..., m, n)
        The weight's matrices.
    X : array, shape (..., m, n)
        What was computed from them. NumPy's is written into: a second array of its size costs more than the product.

    Returns
    -------
    array, shape (..., m, n)
        In the dtype of X.
    """
    if gain in KEPT:
        return _by_matrix(str(gain), w, stack, X)
    factor = layout.fan_gain(w.shape) if isinstance(gain, str) else gain
    if isinstance(X, np.ndarray):
        X *= factor
        return X
    return factor * X


def _by_matrix(gain: str, w: Operand, stack: Array, X: Array) -> Array:
    xp, wide = w.xp, w.wide
    W = xp.astype(stack, wide)
    Y = xp.astype(X, wide)
    scaled = normalise(xp, W, values.peaks(w, W))
    size = frobenius(w, Y)
    usable = xp.where(size > 0, size, xp.ones_like(size))
    if gain == "norm":
        factor = frobenius(w, scaled.array) / usable
    else:
        factor = xp.sum(scaled.array * Y, axis=(-2, -1), keepdims=True) / usable / usable
    with w.quiet():
        return xp.astype(scaled.restore(factor * Y), X.dtype)
