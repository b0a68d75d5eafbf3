"""
Isometries that are not quite, made orthonormal to the bound.

LAPACK sums a column of m entries one after the other. Where all are equal their rounding errors are, too, and add up
to m eps / 2, of which 10 p' eps are allowed: the singular vectors of a 2000 x 4 matrix of ones are off by 2.5 times
that, and those of one of 2957 x 100 by 1.4 times.

Its divide-and-conquer SVD also loses orthogonality where many singular values are far below the others: one matrix in
40,000 of a sweep was off by 26 times the bound (237 x 237, columns equal to 1e-16). On the host random vectors look for
that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .arrays import Array, Namespace, dtype_name, home
from .tolerances import EPS, residual_bound

#: Ratio of the sides from where on columns are long enough for that: below, 0.4 of the bound was the most seen.
LONG = 8
#: Rows that are summed one after the other; with more columns, as many as there are: the bound grows with them.
ROWS = 16
#: On the host the defect is looked at, and left where it is less than this part of the bound, as it nearly always is.
LEFT = 0.4
#: Up to so many columns LAPACK does not divide.
WHOLE = 25
#: So many vectors; a norm by them is less than a quarter of the true one 2 times in 10,000.
VECTORS, ALLOWED = 8, 0.25


def tightened(xp: Namespace, Q: Array) -> Array:
    """
    Return Q (3 I - Q^T Q) / 2, whose defect is the square of Q's, where Q is long or seen to need it; else Q itself.

    Parameters
    ----------
    xp : module
        The namespace of Q.
    Q : array, shape (..., m, n)
        Orthonormal columns (rows, if it is wide), to many roundings.

    Returns
    -------
    array, shape (..., m, n)
        Of NumPy's arrays, matrices that are good enough as they are.
    """
    m, n = Q.shape[-2:]
    if m < n:
        return xp.matrix_transpose(tightened(xp, xp.matrix_transpose(Q)))
    if not isinstance(Q, np.ndarray):
        return Q if m < LONG * n else Q - Q @ (_defect(xp, Q) / 2)
    if m < LONG * n and (n <= WHOLE or not _suspect(Q)):
        return Q
    defect = _seen(Q)
    off = np.sqrt(np.einsum("...ij,...ij->...", defect, defect)) > LEFT * residual_bound(n, EPS[dtype_name(Q)])
    return np.where(off[..., None, None], Q - Q @ (defect / 2), Q) if off.any() else Q


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


def _suspect(Q: np.ndarray[Any, np.dtype[Any]]) -> bool:
    """Say whether a few vectors see a defect in any matrix."""
    n = Q.shape[-1]
    V = _vectors(n, dtype_name(Q))
    D = Q.swapaxes(-1, -2) @ (Q @ V) - V
    square = np.einsum("...ij,...ij->...", D, D)
    return not bool((square <= VECTORS * (ALLOWED * residual_bound(n, EPS[dtype_name(Q)])) ** 2).all())


@lru_cache(maxsize=16)
def _vectors(n: int, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    return np.random.default_rng(n).standard_normal((n, VECTORS)).astype(name)


def _seen(Q: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Array:
    """Return the same of NumPy's arrays, in fewer calls: `size` rows at a time, then as many sums."""
    *stack, m, n = Q.shape
    size = max(ROWS, n)
    count = m // size
    blocks = Q[..., : count * size, :].reshape(*stack, count, size, n)
    last = Q[..., None, count * size :, :]
    sums = blocks.swapaxes(-1, -2) @ blocks
    while count > size:
        rest = sums[..., count - count % size :, :, :].sum(axis=-3, keepdims=True)
        count //= size
        groups = sums[..., : count * size, :, :].reshape(*stack, count, size, n, n)
        sums = np.concatenate([groups.sum(axis=-3), rest], axis=-3)
        count += 1
    rest = last.swapaxes(-1, -2) @ last
    return sums.sum(axis=-3) + rest[..., 0, :, :] - np.eye(n, dtype=Q.dtype)
