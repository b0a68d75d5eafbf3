"""
Isometries that are very long, made orthonormal to the bound.

LAPACK sums a column of m entries one after the other. Where all are equal their rounding errors are, too, and add up
to m eps / 2: the singular vectors of a 2000 x 4 matrix of ones are off by 2.5 times what is allowed.
"""

from __future__ import annotations

from .arrays import Array, Namespace, home

#: Ratio of the sides from where on columns are long enough for that.
LONG = 32
#: Rows that are summed one after the other; with more columns, as many as there are: the bound grows with them.
ROWS = 16


def tightened(xp: Namespace, Q: Array) -> Array:
    """
    Return Q (3 I - Q^T Q) / 2, whose defect is the square of Q's, where Q is long; else Q itself.

    Parameters
    ----------
    xp : module
        The namespace of Q.
    Q : array, shape (..., m, n)
        Orthonormal columns (rows, if it is wide), to many roundings.

    Returns
    -------
    array, shape (..., m, n)
    """
    m, n = Q.shape[-2:]
    if m < n:
        return xp.matrix_transpose(tightened(xp, xp.matrix_transpose(Q)))
    if m < LONG * n:
        return Q
    return Q - Q @ (_defect(xp, Q) / 2)


def _defect(xp: Namespace, Q: Array) -> Array:
    """Return Q^T Q - I, summed in pairs: of blocks of rows, of sums of two blocks, and so on."""
    *stack, m, n = Q.shape
    size = max(ROWS, n)
    count = -(-m // size)
    missing = xp.zeros((*stack, count * size - m, n), dtype=Q.dtype, device=home(Q)[1])
    blocks = xp.reshape(xp.concat([Q, missing], axis=-2), (*stack, count, size, n))
    sums = xp.matrix_transpose(blocks) @ blocks
    while sums.shape[-3] > 1:
        half = sums.shape[-3] // 2
        pairs = sums[..., :half, :, :] + sums[..., half : 2 * half, :, :]
        sums = xp.concat([pairs, sums[..., 2 * half :, :, :]], axis=-3)
    return sums[..., 0, :, :] - xp.eye(n, dtype=Q.dtype, device=home(Q)[1])
