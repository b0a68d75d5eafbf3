"""A dialect run in a dtype, in the three ways that implementations are written: what a right one may deviate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..coefficients import Triple, at, schedule
from .dialect import Dialect
from .precision import Host, Raw, numpy_dtype

Rounding: TypeAlias = Callable[[Raw], Raw]
Step: TypeAlias = Callable[[Raw, Triple, Rounding], Raw]

#: Steps after which these are as converged in half precision as they will be.
CONVERGED = (("cubic", 30), ("quintic", 15))


def emulations(W: Host, dialect: Dialect, dtype: str) -> list[Host]:
    """
    Run a dialect in a dtype in three ways, without its gain.

    The result of every operation is rounded to the dtype; sums are held in float32 (float64 for float64), as every
    BLAS and tensor core does.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        Values of that dtype, nonzero.
    dialect : Dialect
        What to run.
    dtype : str
        Of `DTYPES`.

    Returns
    -------
    list of ndarray, shape (m, n)
        For k steps: X (a + b G + c G^2) with the small Gram, Horner's rule on the other side, and the first in fused
        operations with its norm in the wide dtype. For the exact factor: itself rounded, and two iterations that have
        converged.

    Examples
    --------
    >>> from fire_ref.conformance.dialect import DIALECTS
    >>> [float(X[0, 0]) for X in emulations(np.eye(2), DIALECTS["official"], "bfloat16")]
    [1.0, 1.0, 1.0]
    """
    wide, own = np.dtype("float64" if dtype == "float64" else "float32"), numpy_dtype(dtype)

    def rnd(x: Raw) -> Raw:
        return x.astype(own, copy=False).astype(wide, copy=False)

    tall = W.shape[0] >= W.shape[1]
    X = (W if tall else W.T).astype(wide)
    with np.errstate(all="ignore"):
        if dialect.exact:
            start = rnd(X / rnd(np.asarray(np.linalg.norm(X))))
            runs = [_steps(start, k, schedule("verify", name), rnd, _gram) for name, k in CONVERGED]
            runs.append(rnd(_polar(X).astype(wide)))
        else:
            k, triples, norm = dialect.steps or 0, dialect.triples, _norm(X, dialect)
            start = rnd(X / rnd(norm))
            runs = [_steps(start, k, triples, rnd, step) for step in (_gram, _horner)]
            runs.append(_steps(rnd(X / norm), k, triples, rnd, _fused))
    return [run.astype(np.float64) if tall else run.T.astype(np.float64) for run in runs]


def _norm(X: Raw, dialect: Dialect) -> Raw:
    if dialect.normalization == "none":
        return np.ones((), X.dtype)
    norm = np.linalg.norm(X, 2 if dialect.normalization == "spectral" else None)
    return np.asarray(norm * dialect.safety + dialect.eps, dtype=X.dtype)


def _steps(X: Raw, steps: int, triples: tuple[Triple, ...], rnd: Rounding, step: Step) -> Raw:
    for i in range(steps):
        X = step(X, at(triples, i), rnd)
    return X


def _gram(X: Raw, triple: Triple, rnd: Rounding) -> Raw:
    a, b, c = (X.dtype.type(value) for value in triple)
    G = rnd(X.T @ X)
    B = rnd(rnd(b * G) + rnd(c * rnd(G @ G))) if c else rnd(b * G)
    return rnd(rnd(a * X) + rnd(X @ B))


def _fused(X: Raw, triple: Triple, rnd: Rounding) -> Raw:
    """Take a step as fused multiply-add kernels do, which round each product and its sum once."""
    a, b, c = (X.dtype.type(value) for value in triple)
    G = rnd(X.T @ X)
    return rnd(a * X + X @ rnd(b * G + c * (G @ G)))


def _horner(X: Raw, triple: Triple, rnd: Rounding) -> Raw:
    a, b, c = (X.dtype.type(value) for value in triple)
    A = rnd(X @ X.T)
    first = rnd(A @ X)
    inner = rnd(rnd(b * first) + rnd(c * rnd(A @ first))) if c else rnd(b * first)
    return rnd(rnd(a * X) + inner)


def _polar(X: Raw) -> Host:
    U, _, Vh = np.linalg.svd(X.astype(np.float64), full_matrices=False)
    return np.asarray(U @ Vh)
