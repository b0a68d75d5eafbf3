"""A second look at every answer of the iterations: its two residuals, by products with random vectors of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from zlib import crc32

import numpy as np

from ..tolerances import EPS, residual_bound
from .kernels import Host, times

#: So many vectors.
VECTORS = 4
#: Of a piece of rows.
BYTES = 1 << 19
#: Of the bound. A norm by four Gaussian vectors is less than a quarter of the true one once in a hundred times.
ALLOWED = 0.25


def keeps_bounds(Q: Host, W: Host) -> bool:
    """
    Say whether Q looks like the polar factor of W.

    For Gaussian v, E ||A v||^2 = ||A||_F^2. With A = Q^T Q - I that is orthonormality; with A = Q^T W - W^T Q it is
    twice the backward error ||Q H - W||_F of an orthonormal Q, H the symmetric part of Q^T W.

    Parameters
    ----------
    Q, W : ndarray, shape (m, n)
        m >= n.

    Returns
    -------
    bool
        False also where anything is not finite.
    """
    if Q.shape[0] == Q.shape[1] and Q.flags.f_contiguous and W.flags.f_contiguous:
        Q, W = Q.T, W.T  # a square one is the factor of its transpose, too
    V = _vectors(Q)
    both = np.zeros((len(V), 2 * VECTORS), V.dtype)
    other, size = np.zeros((len(V), VECTORS), V.dtype), 0.0
    for q, w in _pieces(Q, W):
        QV = times(q, V)
        both += times(q.T, np.concatenate([QV, times(w, V)], axis=1))
        other += times(w.T, QV)
        rows = w if w.flags.c_contiguous else w.T
        size += float(np.vdot(rows, rows))
    bound = ALLOWED * residual_bound(len(V), EPS[V.dtype.name]) * math.sqrt(VECTORS)
    orthonormal = float(np.linalg.norm(both[:, :VECTORS] - V)) <= bound
    backward = float(np.linalg.norm(both[:, VECTORS:] - other))
    return orthonormal and backward <= 2.0 * bound * math.sqrt(size)


def _pieces(Q: Host, W: Host) -> Iterator[tuple[Host, Host]]:
    """Cut both into rows that stay in the cache, for all products with them, where rows lie together."""
    together = Q.flags.c_contiguous and W.flags.c_contiguous
    step = max(VECTORS, BYTES // (W.shape[1] * W.itemsize)) if together else len(W)
    for i in range(0, len(W), step):
        yield Q[i : i + step], W[i : i + step]


def _vectors(Q: Host) -> Host:
    """
    Return Gaussian vectors that nobody has seen before Q was there: its diagonal is their seed.

    With those of `extremes`, what their estimates have missed would be missed again; with any that are fixed a matrix
    could be made for which both residuals lie across them.
    """
    seed = crc32(np.ascontiguousarray(np.diagonal(Q)).tobytes())
    vectors = np.random.Generator(np.random.SFC64(seed)).standard_normal((Q.shape[1], VECTORS))
    return np.asfortranarray(vectors.astype(Q.dtype))
