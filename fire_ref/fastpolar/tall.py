"""The polar factor of a tall matrix W = Q1 R: that of the square R, and one product with what makes Q1."""

from __future__ import annotations

import numpy as np

from . import reflecting, sketching, square
from .kernels import Host, gram, of

#: W R^-1 is orthonormal to 0.6 sqrt(n) condition^2 eps, measured. Up to this condition, over n^(1/4), that is a tenth
#: of the bound, 10 n eps; after a first division, which is already a good one, a fifth is allowed.
ONCE, AGAIN = 1.4, 2.0
#: From so many rows for each column on, a sketch of the rows is much smaller than the matrix: of many columns, and of
#: few, where the products are slower beside LAPACK.
SKETCHED, FEW_SKETCHED, FEW = 3.0, 8.0, 512
#: From so many rows for each column on LAPACK's SVD begins with Householder's QR itself.
REFLECTED = 11 / 6
#: With fewer rows for each column, and fewer columns, than this, nothing is faster than the SVD.
LEAST_ROWS, LEAST_COLUMNS = {"float64": REFLECTED, "float32": 1.5}, 512
#: With fewer rows for each column than this a second pass over them costs more than it saves; with few columns, too.
DIVIDED, FEW_DIVIDED = {"float64": 1.5, "float32": 1.0}, 2.5
#: A second Cholesky pass repairs what the first has lost while that is below 1: 0.6 sqrt(n) condition^2 eps.
TWICE = {"float64": 1e7, "float32": 300.0}
#: Cholesky factors at most of what a first division has left: a sketch that is a poor one needs a second.
PASSES = 2


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
    if m < LEAST_ROWS[W.dtype.name] * n and n < LEAST_COLUMNS:
        return None
    R = root(gram(W, _square(W)))
    found = None
    if R is not None:
        bounds = square.extent(R)
        if bounds.within(ONCE * n**0.25):
            return _finished(W, R, bounds, R)
        least = FEW_DIVIDED if n < FEW else DIVIDED[W.dtype.name]
        if m >= least * n and bounds.within(TWICE[W.dtype.name]):
            found = _again(W, R)
    if found is None and m >= (FEW_SKETCHED if n < FEW else SKETCHED) * n:
        sketch = sketching.triangle(W)
        found = None if sketch is None else _again(W, *sketch)
    return reflecting.factored(W) if found is None and m >= REFLECTED * n and n >= FEW else found


def _square(W: Host) -> Host:
    return np.zeros((W.shape[1],) * 2, dtype=W.dtype, order="F")


def root(G: Host) -> Host | None:
    """Return R with R^T R = G, upper triangular with zeros below, or None; G, likewise stored, is overwritten."""
    R, failed = of(G).potrf(G, lower=0, clean=0, overwrite_a=1)
    return None if failed else np.asarray(R)


def _again(W: Host, R: Host, lift: float = 0.0) -> Host | None:
    """Return the factor by way of Q1 = W R^-1, which is nearly orthonormal or at least well conditioned."""
    Q1 = _divided(W, R, lift)
    for _ in range(PASSES):
        second = root(gram(Q1, _square(W)))
        if second is None:
            return None
        R, bounds = np.asfortranarray(second @ R), square.extent(second)
        if bounds.within(AGAIN * W.shape[1] ** 0.25):
            return _finished(Q1, R, None, second)
        if not bounds.within(TWICE[W.dtype.name]):
            return None
        Q1 = _divided(Q1, second, 0.0)
    return None


def _divided(W: Host, R: Host, lift: float) -> Host:
    """Return W R^-1, the diagonal of W lifted, by substitution: backward stable for every row. In the order of W."""
    X = W.copy(order="K")
    if lift:
        np.einsum("ii->i", X[: len(R)])[...] += X.dtype.type(lift)
    if X.flags.f_contiguous:
        return np.asarray(of(X).trsm(1.0, R, X, side=1, lower=0, overwrite_b=1))
    return np.asarray(of(X).trsm(1.0, R, X.T, side=0, lower=0, trans_a=1, overwrite_b=1)).T


def _finished(Q1: Host, R: Host, bounds: square.Interval | None, last: Host) -> Host:
    """Return Q1 last^-1 polar(R)."""
    P = square.of_triangle(R, bounds)
    return np.asarray(Q1 @ of(P).trsm(1.0, last, P, side=0, lower=0))
