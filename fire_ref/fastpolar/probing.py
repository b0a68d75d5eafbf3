"""A second look at every answer of the iterations: its two residuals, by products with a few random vectors."""

from __future__ import annotations

import math

import numpy as np

from ..tolerances import EPS, residual_bound
from .extremes import VECTORS, probes
from .kernels import Host

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
    V = probes(n, VECTORS, name)
    QV, WV = Q @ V, W @ V
    both = Q.T @ np.concatenate([QV, WV], axis=1)
    bound = ALLOWED * residual_bound(n, EPS[name]) * math.sqrt(VECTORS)
    rows = W if W.flags.c_contiguous else W.T
    orthonormal = float(np.linalg.norm(both[:, :VECTORS] - V)) <= bound
    backward = float(np.linalg.norm(both[:, VECTORS:] - W.T @ QV))
    return orthonormal and backward <= 2.0 * bound * math.sqrt(float(np.vdot(rows, rows)))
