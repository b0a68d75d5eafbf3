"""Matrices of every kind that a route was chosen for, and some that were made to break one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fire_ref.tolerances import EPS, residual_bound

from ..strategies import Matrix, with_spectrum

Host = np.ndarray[Any, np.dtype[Any]]
Family = Callable[[np.random.Generator, int, int], Matrix]


def _grown(m: int, n: int) -> Matrix:
    """Gaussian elimination with row exchanges multiplies the last column by 1.99 each time; by 2 it would be exact."""
    W = np.eye(m, n) - 0.99 * np.tril(np.ones((m, n)), -1)
    W[:, -1] = 1
    return W


FAMILIES: dict[str, Family] = {
    "gaussian": lambda rng, m, n: rng.standard_normal((m, n)),
    "uniform": lambda rng, m, n: rng.uniform(size=(m, n)),
    "power law": lambda rng, m, n: with_spectrum(rng, m, n, np.arange(1.0, n + 1) ** -2),
    "clustered": lambda rng, m, n: with_spectrum(rng, m, n, np.where(np.arange(n) < n // 2, 1.0, 1e-5)),
    "cond 10": lambda rng, m, n: with_spectrum(rng, m, n, np.geomspace(1, 0.1, n)),
    "cond 1e3": lambda rng, m, n: with_spectrum(rng, m, n, np.geomspace(1, 1e-3, n)),
    "cond 1e5": lambda rng, m, n: with_spectrum(rng, m, n, np.linspace(1, 1e-5, n)),
    "cond 1e8": lambda rng, m, n: with_spectrum(rng, m, n, np.geomspace(1, 1e-8, n)),
    "cond 1e12": lambda rng, m, n: with_spectrum(rng, m, n, np.geomspace(1, 1e-12, n)),
    "cond 1e16": lambda rng, m, n: with_spectrum(rng, m, n, np.geomspace(1, 1e-16, n)),
    "rank-deficient": lambda rng, m, n: with_spectrum(rng, m, n, np.where(np.arange(n) < n // 3 + 1, 1.0, 0.0)),
    "one small": lambda rng, m, n: with_spectrum(rng, m, n, np.r_[np.ones(n - 1), 1e-4]),
    "orthonormal": lambda rng, m, n: with_spectrum(rng, m, n, np.ones(n)),
    "zero": lambda rng, m, n: np.zeros((m, n)),
    "ones": lambda rng, m, n: np.ones((m, n)),
    "graded columns": lambda rng, m, n: rng.standard_normal((m, n)) * np.geomspace(1, 1e-9, n),
    "graded rows": lambda rng, m, n: rng.standard_normal((m, n)) * np.geomspace(1, 1e-9, m)[:, None],
    "few heavy rows": lambda rng, m, n: rng.standard_normal((m, n)) * 10.0 ** rng.uniform(-6, 0, m)[:, None],
    "growing pivots": lambda rng, m, n: _grown(m, n),
    "sparse": lambda rng, m, n: rng.standard_normal((m, n)) * (rng.uniform(size=(m, n)) < 0.1),
}


def residuals(Q: Host, W: Host) -> tuple[float, float]:
    """Return ||Q^T Q - I|| and ||Q H - W|| / ||W||, both as parts of their bound for the dtype of W."""
    bound = residual_bound(min(W.shape), EPS[W.dtype.name])
    q, w = (A.astype(np.float64) if W.shape[0] >= W.shape[1] else A.T.astype(np.float64) for A in (Q, W))
    product = q.T @ w
    backward = np.linalg.norm(q @ (product + product.T) / 2 - w) / max(float(np.linalg.norm(w)), 1e-300)
    orthonormal = np.linalg.norm(q.T @ q - np.eye(q.shape[1]))
    return float(orthonormal) / bound, float(backward) / bound
