"""Extreme singular values and residuals by a few fixed random vectors: O(n^2) each."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .kernels import Host, of, times

#: So many vectors at once: one pass over the matrix serves all, and none of them is unlucky alone.
VECTORS = 4


@lru_cache(maxsize=16)
def probes(n: int, count: int, name: str) -> Host:
    """
    Return fixed Gaussian vectors, the same for every matrix of a size: the choice of a route is reproducible.

    Parameters
    ----------
    n, count : int
        Length and number.
    name : str
        Of the dtype.

    Returns
    -------
    ndarray, shape (n, count)
        Fortran order, read-only.
    """
    V = np.asfortranarray(np.random.default_rng(n).standard_normal((n, count)).astype(name))
    V.flags.writeable = False
    return V


def _grown(before: Host, after: Host) -> tuple[float, Host]:
    """Return by how much the columns grew at most, inf where that is not finite, and the grown columns at norm 1."""
    was, now = (np.sqrt(np.einsum("ij,ij->j", V, V, dtype=np.float64)) for V in (before, after))
    safe = np.where(now > 0, now, 1.0)
    growth = float(np.max(now / np.where(was > 0, was, np.inf))) if np.isfinite(now).all() else math.inf
    return growth, np.asfortranarray(after / safe.astype(after.dtype))


def largest(X: Host) -> float:
    """Estimate ||X||_2 from below; inf where squares of its entries overflow."""
    V = probes(X.shape[1], VECTORS, X.dtype.name)
    growth = 0.0
    for _ in range(2):
        U = times(X, V)
        first, U = _grown(V, U)
        V = times(X.T, U)
        growth, V = _grown(U, V)
        if math.inf in (first, growth):
            return math.inf
    return growth


def smallest(lu: Host, pivots: Host) -> float:
    """Estimate the smallest singular value of a factored matrix from above; 0 if that is not finite."""
    getrs = of(lu).getrs
    return _smallest(lu, lambda V, trans: getrs(lu, pivots, V, trans=trans)[0], 3)


def smallest_of_triangle(R: Host) -> float:
    """Estimate the smallest singular value of an upper triangle, zeros below, from above; 0 if that is not finite."""
    trsm = of(R).trsm
    return _smallest(R, lambda V, trans: trsm(1.0, R, V, lower=0, trans_a=trans), 4)


def _smallest(A: Host, solve: Callable[[Host, int], Host], times: int) -> float:
    """Return one over how much vectors grow when A and its transpose are solved for in turn."""
    V = probes(A.shape[0], VECTORS, A.dtype.name)
    growth = 0.0
    for i in range(times):
        growth, V = _grown(V, solve(V, i % 2))
        if growth == math.inf:
            return 0.0
    return 1.0 / growth if growth > 0 else 0.0


def symmetric_norm(E: Host, rounds: int = 5) -> float:
    """Estimate ||E||_2 from below; only the upper triangle is read."""
    V = probes(E.shape[0], VECTORS, E.dtype.name)
    growth = 0.0
    for _ in range(rounds):
        growth, V = _grown(V, of(E).symm(1.0, E, V))
        if growth == math.inf:
            break
    return growth


def triangle_norm(E: Host) -> float:
    """Return ||E||_F of a symmetric matrix whose upper triangle is stored and whose lower one is zero."""
    rows = E.T  # in row-major order
    total = float(np.einsum("ij,ij->", rows, rows))
    d = np.einsum("ii->i", E)
    return math.sqrt(max(2.0 * total - float(d @ d), 0.0))
