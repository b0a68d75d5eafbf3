"""A second look at every answer of the iterations: its two residuals, by products with random vectors of its own."""

from __future__ import annotations

import math
from zlib import crc32

import numpy as np

from ..tolerances import EPS, residual_bound
from .kernels import Host

#: So many vectors.
VECTORS = 4
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
    n, name = W.shape[1], W.dtype.name
    V = _vectors(Q)
    QV, WV = Q @ V, W @ V
    both = Q.T @ np.concatenate([QV, WV], axis=1)
    bound = ALLOWED * residual_bound(n, EPS[name]) * math.sqrt(VECTORS)
    rows = W if W.flags.c_contiguous else W.T
    orthonormal = float(np.linalg.norm(both[:, :VECTORS] - V)) <= bound
    backward = float(np.linalg.norm(both[:, VECTORS:] - W.T @ QV))
    return orthonormal and backward <= 2.0 * bound * math.sqrt(float(np.vdot(rows, rows)))


def _vectors(Q: Host) -> Host:
    """
    Return Gaussian vectors that nobody has seen before Q was there: its diagonal is their seed.

    With those of `extremes`, what their estimates have missed would be missed again; with any that are fixed a matrix
    could be made for which both residuals lie across them.
    """
    seed = crc32(np.ascontiguousarray(np.diagonal(Q)).tobytes())
    vectors = np.random.Generator(np.random.SFC64(seed)).standard_normal((Q.shape[1], VECTORS))
    return np.asfortranarray(vectors.astype(Q.dtype))
