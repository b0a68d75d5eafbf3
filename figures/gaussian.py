"""Singular values of Gaussian matrices, exactly in distribution, without the matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal

Values = np.ndarray[Any, np.dtype[Any]]


def singular_values(n: int, rng: np.random.Generator, m: int | None = None) -> Values:
    """
    Draw the singular values of an m x n matrix of independent standard normal numbers.

    Parameters
    ----------
    n : int
        Columns.
    rng : numpy.random.Generator
        Where the draw comes from.
    m : int, optional
        Rows, at least n; default n.

    Returns
    -------
    ndarray, shape (n,)
        Descending.

    Raises
    ------
    ValueError
        Fewer rows than columns.

    Notes
    -----
    Householder reflections from both sides leave the singular values as they are and turn the matrix into a bidiagonal
    one of independent chi variables, chi_m .. chi_(m-n+1) on the diagonal and chi_(n-1) .. chi_1 above it (Silverstein
    1985; Dumitriu and Edelman 2002): 2 n - 1 draws and O(n^2) work instead of n^2 draws and O(n^3).
    """
    m = n if m is None else m
    if m < n:
        raise ValueError(
            f"gaussian: m must be at least n; got m={m}, n={n}. Try the transpose: it has the same values."
        )
    diagonal = np.sqrt(rng.chisquare(np.arange(m, m - n, -1)))
    above = np.sqrt(rng.chisquare(np.arange(n - 1, 0, -1)))
    return bidiagonal_values(diagonal, above)


def bidiagonal_values(diagonal: Values, above: Values) -> Values:
    """
    Compute the singular values of an upper bidiagonal matrix.

    Parameters
    ----------
    diagonal : ndarray, shape (n,)
        Its diagonal.
    above : ndarray, shape (n - 1,)
        What stands above the diagonal.

    Returns
    -------
    ndarray, shape (n,)
        Descending; each within a few n eps of the largest.
    """
    # Golub and Kahan: +s and -s are the eigenvalues of the tridiagonal matrix whose diagonal is zero and beside which
    # the entries alternate. The eigenvalues of B^T B would lose half the digits of the smallest value.
    n = len(diagonal)
    beside = np.empty(2 * n - 1)
    beside[::2], beside[1::2] = diagonal, above
    # "sterf", QR without square roots, is as accurate here as bisection and ten times as fast.
    values = eigvalsh_tridiagonal(np.zeros(2 * n), beside, lapack_driver="sterf")
    return np.asarray(np.maximum(values[: n - 1 : -1], 0.0))
