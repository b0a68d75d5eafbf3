"""The polar factor of a tall matrix W = Q1 R: that of the square R, and one product with what makes Q1."""

from __future__ import annotations

import math

import numpy as np

from . import extremes, reflecting, sketching, square
from .kernels import Host, gram, of

#: W R^-1 is orthonormal to 0.6 sqrt(n) condition^2 eps, measured. Up to this condition, over n^(1/4), that is a tenth
#: of the bound, 10 n eps; after a first division, which is already a good one, a fifth is allowed.
ONCE, AGAIN = 1.4, 2.0
#: From so many rows for each column on, a sketch of the rows is much smaller than the matrix.
SKETCHED = 3.0
#: With fewer rows for each column, and fewer columns, than this, nothing is faster than the SVD.
LEAST_ROWS, LEAST_COLUMNS = 1.5, 512
#: A second Cholesky pass repairs what the first has lost while that is well below 1.
TWICE = {"float64": 1e6, "float32": 100.0}


def factored(W: Host) -> Host | None:
    """
    Return the polar factor of a tall matrix, or None where that is left to the SVD.

    Parameters
    ----------
    W : ndarray, shape (m, n), m > n
        In either order; not modified.

    Returns
    -------
    ndarray or None
    """
    m, n = W.shape
    if m < LEAST_ROWS * n and n < LEAST_COLUMNS:
        return None
    G = gram(W, _square(W))
    top = math.sqrt(extremes.symmetric_norm(G))
    R = root(G)
    inverse = None if R is None else square.triangular_inverse(R)
    if R is not None and inverse is not None:
        condition = top * extremes.largest(inverse)
        if condition <= ONCE * n**0.25:
            return _finished(W, R, inverse, top, R)
        if condition <= TWICE[W.dtype.name]:
            return _again(W, R, top)
    R = sketching.triangle(W) if m >= SKETCHED * n else None
    found = None if R is None else _again(W, R, top)
    return reflecting.factored(W, top) if found is None and m >= LEAST_ROWS * n else found


def _square(W: Host) -> Host:
    return np.zeros((W.shape[1],) * 2, dtype=W.dtype, order="F")


def root(G: Host) -> Host | None:
    """Return R with R^T R = G, upper triangular with zeros below, or None; G, likewise stored, is overwritten."""
    R, failed = of(G).potrf(G, lower=0, clean=0, overwrite_a=1)
    return None if failed else np.asarray(R)


def _again(W: Host, R: Host, top: float) -> Host | None:
    """Return the factor by way of Q1 = W R^-1, which is nearly orthonormal or at least well conditioned."""
    Q1 = _divided(W, R)
    G = gram(Q1, _square(W))
    size = math.sqrt(extremes.symmetric_norm(G))
    second = root(G)
    inverse = None if second is None else square.triangular_inverse(second)
    if second is None or inverse is None or not size * extremes.largest(inverse) <= AGAIN * W.shape[1] ** 0.25:
        return None
    return _finished(Q1, np.asfortranarray(second @ R), None, top, second)


def _divided(W: Host, R: Host) -> Host:
    """Return W R^-1 by substitution, which is backward stable for every row, in the order of W."""
    if W.flags.f_contiguous:
        return np.asarray(of(W).trsm(1.0, R, W, side=1, lower=0))
    return np.asarray(of(W).trsm(1.0, R, W.T, side=0, lower=0, trans_a=1)).T


def _finished(Q1: Host, R: Host, inverse: Host | None, top: float, last: Host) -> Host:
    """Return Q1 last^-1 polar(R)."""
    P = square.of_triangle(R, inverse, top)
    return np.asarray(Q1 @ of(P).trsm(1.0, last, P, side=0, lower=0))
