"""
Products of which one triangle is enough, by SciPy's BLAS, without a copy of anything.

A row-major X is its transpose to BLAS: ``X.T`` is column-major, so that X^T X is ``syrk`` of it. Small square matrices
are column-major; where a comment says "upper", only their upper triangle holds anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .pieces import Host

#: Blocks in which a triangle is mirrored: two of them fit the first-level cache.
TILE = 64


class Blas(NamedTuple):
    """The two routines, for one dtype."""

    syrk: Callable[..., Any]
    symm: Callable[..., Any]


@cache
def blas(dtype: np.dtype[Any]) -> Blas:
    """Return the routines for float32 or float64; SciPy is imported here, not before it is needed."""
    from scipy.linalg.blas import get_blas_funcs

    return Blas(*get_blas_funcs(("syrk", "symm"), dtype=dtype))


def square(n: int, dtype: np.dtype[Any]) -> Host:
    """Return an n x n buffer, column-major and zero: what was never written must not be a nan."""
    return np.zeros((n, n), dtype, order="F")


def gram(X: Host, out: Host) -> None:
    """Write X^T X of a row-major X (m, n) into the upper triangle."""
    blas(X.dtype).syrk(1.0, X.T, c=out, overwrite_c=1)


def squared(A: Host, out: Host, alpha: float = 1.0, beta: float = 0.0) -> None:
    """Write alpha A^2 + beta out into the upper triangle, for a symmetric A, both triangles filled."""
    blas(A.dtype).syrk(alpha, A, beta=beta, c=out, overwrite_c=1)


def mirror(A: Host) -> None:
    """Fill the lower triangle from the upper."""
    n = len(A)
    for i in range(0, n, TILE):
        tile = A[i : i + TILE, i : i + TILE]
        np.copyto(tile, tile.T, where=_below(len(tile)))
        for j in range(i + TILE, n, TILE):
            A[j : j + TILE, i : i + TILE] = A[i : i + TILE, j : j + TILE].T


@cache
def _below(n: int) -> Host:
    return np.tri(n, k=-1, dtype=np.bool)


def add_to_diagonal(A: Host, value: float) -> None:
    """Add a multiple of the identity."""
    A.T.reshape(-1)[:: len(A) + 1] += A.dtype.type(value)


def multiply(X: Host, A: Host, alpha: float, beta: float, scratch: Host) -> None:
    """Replace X, row-major, by beta X + alpha X A, some rows at a time; A is symmetric, upper."""
    symm, step = blas(X.dtype).symm, len(scratch)
    for r in range(0, len(X), step):
        rows = X[r : r + step]
        copy = scratch[: len(rows)]
        copy[...] = rows
        symm(alpha, A, copy.T, beta=beta, c=rows.T, overwrite_c=1)


def multiply_twice(X: Host, A: Host, coefficients: tuple[float, float, float], scratch: Host) -> None:
    """Replace X, row-major, by a X + b X A + c X A^2, where no buffer is left for A^2; A is symmetric, upper."""
    a, b, c = coefficients
    symm, step = blas(X.dtype).symm, len(scratch) // 2
    for r in range(0, len(X), step):
        rows = X[r : r + step]
        copy, inner = scratch[: len(rows)], scratch[step : step + len(rows)]
        copy[...] = inner[...] = rows
        symm(c, A, copy.T, beta=b, c=inner.T, overwrite_c=1)
        symm(1.0, A, inner.T, beta=a, c=rows.T, overwrite_c=1)


def multiply_commuting(A: Host, B: Host, scratch: Host) -> None:
    """
    Replace A by A B, for symmetric A and B that commute, both triangles filled, before and after.

    The product is symmetric: of each block of rows only what lies left of the diagonal is computed.

    Parameters
    ----------
    A, B : array, shape (n, n)
        Column-major.
    scratch : array, shape (r, n)
        Row-major; blocks of r rows.
    """
    rows, factor, step = A.T, B.T, len(scratch)
    for s in range(0, len(A), step):
        e = min(s + step, len(A))
        copy = scratch[: e - s]
        copy[...] = rows[s:e]
        np.matmul(copy, factor[:, :e], out=rows[s:e, :e])
    mirror(A)
