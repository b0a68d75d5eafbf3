"""BLAS and LAPACK in one precision, on matrices in Fortran order; SciPy is loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..arrays import dtype_name

Host = np.ndarray[Any, np.dtype[Any]]
Routine = Callable[..., Any]

#: A triangle of so many rows is inverted by LAPACK.
WHOLE = 96


class Kernels(NamedTuple):
    """The routines of one precision, by their LAPACK names."""

    syrk: Routine
    symm: Routine
    trsm: Routine
    trmm: Routine
    getrf: Routine
    getri: Routine
    getri_lwork: Routine
    getrs: Routine
    potrf: Routine
    trtri: Routine
    geqrf: Routine
    geqrf_lwork: Routine
    orgqr: Routine
    gesdd: Routine
    gesdd_lwork: Routine


@lru_cache(maxsize=2)
def kernels(name: str) -> Kernels:
    """
    Return the routines for "float64" or "float32".

    Parameters
    ----------
    name : str
        Of the dtype.

    Returns
    -------
    Kernels
    """
    from scipy.linalg import blas, lapack

    letter = {"float64": "d", "float32": "s"}[name]
    found = (letter + field for field in Kernels._fields)
    return Kernels(*(getattr(blas if hasattr(blas, full) else lapack, full) for full in found))


def of(X: Host) -> Kernels:
    """Return the routines for the dtype of X."""
    return kernels(dtype_name(X))


def gram(X: Host, out: Host, factor: float = 1.0) -> Host:
    """Write the upper triangle of factor X^T X into `out` (Fortran order); X has either order."""
    if X.flags.f_contiguous:
        return np.asarray(of(X).syrk(factor, X, trans=1, beta=0.0, c=out, overwrite_c=1))
    return np.asarray(of(X).syrk(factor, X.T, trans=0, beta=0.0, c=out, overwrite_c=1))


def product(S: Host, B: Host, *, narrow: bool) -> Host:
    """Return S B for symmetric S of which the upper triangle is read; `narrow` forms it in single precision."""
    if narrow and B.dtype == np.float64:
        S, B = S.astype(np.float32), B.astype(np.float32)
    return np.asarray(of(B).symm(1.0, S, B))


def squared(S: Host, out: Host, *, narrow: bool) -> Host:
    """Return the upper triangle of S S, S symmetric, perhaps in `out`; `narrow` forms it in single precision."""
    if narrow and S.dtype == np.float64:
        thin = S.astype(np.float32)
        return np.asarray(of(thin).syrk(1.0, thin, trans=1))
    return np.asarray(of(S).syrk(1.0, S, trans=1, beta=0.0, c=out, overwrite_c=1))


def times(A: Host, V: Host) -> Host:
    """Return A V for a few columns V: a matrix in Fortran order is read along its columns, as the other is by rows."""
    return np.asarray((V.T @ A.T).T if A.flags.f_contiguous else A @ V)


def inverted(R: Host) -> Host | None:
    """
    Return the inverse of an upper triangular matrix, zeros below, or None where there is none.

    By halves: LAPACK's own is at a third of the speed of the products that most of it becomes.
    """
    n = len(R)
    if n <= WHOLE:
        inverse, failed = of(R).trtri(R)
        return None if failed else np.asarray(inverse)
    half = n // 2
    first, last = inverted(R[:half, :half]), inverted(R[half:, half:])
    if first is None or last is None:
        return None
    out = np.zeros_like(R, order="F")
    out[:half, :half], out[half:, half:] = first, last
    corner = of(R).trmm(-1.0, first, R[:half, half:])
    out[:half, half:] = of(R).trmm(1.0, last, corner, side=1, overwrite_b=1)
    return out


def _strip(S: Host) -> int:
    """Return how many rows to transpose at a time: a column stride of whole pages leaves few lines in a cache."""
    return 8 if S.strides[1] % 4096 == 0 else 16


def by_columns(W: Host) -> Host:
    """Return a copy in Fortran order, made a few columns at a time."""
    out = np.empty(W.shape, dtype=W.dtype, order="F")
    width = W.shape[1] if W.flags.f_contiguous else 64 // W.itemsize
    for j in range(0, W.shape[1], width):
        out[:, j : j + width] = W[:, j : j + width]
    return out


def upper(A: Host) -> Host:
    """Return the upper triangle of a square matrix in Fortran order, zeros below, made a few columns at a time."""
    n = A.shape[1]
    out = np.zeros((n, n), dtype=A.dtype, order="F")
    for j in range(0, n, 64):
        out[:j, j : j + 64] = A[:j, j : j + 64]
        out[j : j + 64, j : j + 64] = np.triu(A[j : j + 64, j : j + 64])
    return out


def add_transposed(X: Host, Y: Host) -> None:
    """Add Y^T to X, both in Fortran order, a few columns of X at a time."""
    width = _strip(X)
    for j in range(0, X.shape[1], width):
        X[:, j : j + width] += Y[j : j + width, :].T


def mirror(S: Host) -> None:
    """Fill the lower triangle of a symmetric matrix from its upper one."""
    width = _strip(S)
    for j in range(0, S.shape[1], width):
        block = S[j : j + width, j : j + width]
        block[...] = np.triu(block) + np.triu(block, 1).T
        S[j + width :, j : j + width] = S[j : j + width, j + width :].T


def diagonal(S: Host) -> Host:
    """Return a view of the diagonal that can be written to."""
    return S.T.reshape(-1)[:: S.shape[0] + 1]
