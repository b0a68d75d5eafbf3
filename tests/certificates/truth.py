"""The same three quantities by another route: mpmath's SVD at 60 digits and more, on the exact values."""

from __future__ import annotations

from typing import Any, TypeAlias

import mpmath
import numpy as np

Host: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

DIGITS = 80


def exact(values: Host) -> Any:
    return mpmath.matrix(np.asarray(values, dtype=np.float64).tolist())


def frobenius(A: Any) -> Any:
    return mpmath.sqrt(mpmath.fsum(x * x for x in A))


def inner(A: Any, B: Any) -> Any:
    return mpmath.fsum(a * b for a, b in zip(A, B, strict=True))


def polar(A: Any) -> Any:
    """Return U V^T, for tall and square."""
    U, _, Vh = mpmath.svd_r(A)
    return U * Vh


def quantities(W: Host, Q: Host) -> tuple[Any, Any, Any]:
    """Return orthonormality, distance and SFE gap, for full rank."""
    if W.shape[0] < W.shape[1]:
        W, Q = W.T, Q.T
    with mpmath.workdps(DIGITS):
        w, q = exact(W), exact(Q)
        true = polar(w)
        return (
            frobenius(q.T * q - mpmath.eye(Q.shape[1])),
            frobenius(q - true),
            2 * inner(w, true - polar(q)),
        )


def contains(interval: tuple[float, float], value: Any) -> bool:
    """Say whether a value lies inside, up to the error of the reference itself."""
    with mpmath.workdps(DIGITS):
        slack = mpmath.mpf(10) ** (-DIGITS // 2) * (1 + abs(value))
        return bool(mpmath.mpf(interval[0]) - slack <= value <= mpmath.mpf(interval[1]) + slack)
