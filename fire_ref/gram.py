"""The distance of a Gram matrix from a multiple of the identity, at any scale."""

from __future__ import annotations

from .arrays import Array, Namespace


def small_gram(xp: Namespace, X: Array) -> Array:
    """Return X^T X if X is tall or square, else X X^T."""
    Xt = xp.matrix_transpose(X)
    return Xt @ X if X.shape[-2] >= X.shape[-1] else X @ Xt


def defect(xp: Namespace, gram: Array, target: Array, ratio: Array) -> Array:
    """
    Return ||ratio * gram - target||_F^2 without forming 0 * inf.

    Parameters
    ----------
    xp : module
        The namespace.
    gram : array, shape (..., p, p)
        Of a scaled matrix, entries of order 1.
    target : array, shape (p, p)
        Identity or zero.
    ratio : array, shape (..., 1, 1)
        The square of the scale that was taken out; 0 and inf are allowed. It plays no part where gram is zero.

    Returns
    -------
    array, shape (..., 1, 1)
        Dimensionless; inf where the value overflows.
    """
    one = xp.ones_like(ratio)
    ratio = xp.where(xp.any(gram != 0, axis=(-2, -1), keepdims=True), ratio, one)
    # A ratio above 1 is taken outside the norm, one below 1 is left inside: neither product can be nan.
    outside = xp.where(ratio > 1, ratio, one)
    inside = xp.where(ratio > 1, one, ratio)
    total = xp.sum(xp.square(inside * gram - target / outside), axis=(-2, -1), keepdims=True)
    return xp.where(total > 0, total * outside * outside, total)


def long_side(m: int, n: int, side: str) -> int:
    """
    Return what the identity of the long side adds to DfI, |m - n|, or 0 for the short side.

    W W^T and W^T W share their nonzero eigenvalues; each further one, zero, misses the identity by 1.

    Parameters
    ----------
    m, n : int
        The shape.
    side : {"small", "columns", "rows"}
        Which Gram matrix is meant.

    Returns
    -------
    int

    Examples
    --------
    >>> [long_side(3, 5, side) for side in ("small", "columns", "rows")]
    [0, 2, 0]
    """
    return {"small": min(m, n), "columns": n, "rows": m}[side] - min(m, n)
