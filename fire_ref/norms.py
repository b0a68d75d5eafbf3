"""Matrix norms of a scaled stack, summed in the widest dtype there is."""

from __future__ import annotations

from .arrays import Array
from .operands import Operand


def frobenius(w: Operand, X: Array) -> Array:
    """
    Return ||X||_F of each matrix, its squares summed in float64.

    Parameters
    ----------
    w : Operand
        Where X came from.
    X : array, shape (..., m, n)
        Scaled to entries of order 1.

    Returns
    -------
    array, shape (..., 1, 1)
        In the wide dtype.
    """
    wide = w.wide
    return w.xp.sqrt(w.xp.sum(w.xp.square(X), axis=(-2, -1), keepdims=True, dtype=wide))


def spectral(w: Operand, X: Array) -> Array:
    """
    Return ||X||_2, the largest singular value of each matrix.

    Parameters
    ----------
    w : Operand
        Where X came from.
    X : array, shape (..., m, n)
        Scaled to entries of order 1.

    Returns
    -------
    array, shape (..., 1, 1)
        In the wide dtype.
    """
    wide = w.wide
    return w.xp.linalg.matrix_norm(w.xp.astype(X, wide), ord=2, keepdims=True)
