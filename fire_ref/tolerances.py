"""
Every tolerance, from one place, each with its reason.

A residual (orthonormality, backward error) is bounded whatever the conditioning; a distance to the exact factor
is not, and its bound carries the condition number. p is min(m, n) and p' = max(p, 8): LAPACK's bidiagonal
iteration stops at about 49 eps however small the matrix is, which for n = 3 or 4 exceeds 10 n eps.
"""

from __future__ import annotations

import math

EPS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}


def residual_bound(p: int, eps: float) -> float:
    """
    Bound ||Q^T Q - I||_F and ||Q H - W||_F / ||W||_F: 10 p' eps.

    Householder-based factorisations have backward error c p eps in the Frobenius norm with c below 1 in
    practice; 10 leaves room for every LAPACK and for one rounding to the caller's dtype.

    Parameters
    ----------
    p : int
        min(m, n).
    eps : float
        Of the computing dtype.

    Returns
    -------
    float
        Dimensionless.

    Examples
    --------
    >>> residual_bound(100, 2.0**-52) / 2.0**-52
    1000.0
    """
    return 10.0 * max(p, 8) * eps


def distance_bound(p: int, eps: float, condition: float) -> float:
    """
    Bound ||Q - Q*||_F for a backward-stable Q: the residual bound times ||W||_2 / s_min.

    From ``(s_min(W) + s_min(W')) ||Q - Q'||_F <= 2 ||W - W'||_F`` with ``||W - W'||_F`` at most the backward
    error; capped at 2 sqrt(p), the diameter of the set of isometries.

    Parameters
    ----------
    p : int
        min(m, n).
    eps : float
        Of the computing dtype.
    condition : float
        ||W||_2 / s_min, dimensionless.

    Returns
    -------
    float
        Dimensionless.

    Examples
    --------
    >>> distance_bound(4, 2.0**-52, 1e20)
    4.0
    """
    return min(residual_bound(p, eps) * math.sqrt(p) * condition, 2.0 * math.sqrt(p))


def iterate_bound(p: int, eps: float, amplification: float) -> float:
    """
    Bound ||X_k - closed form||_F: 10 p' eps A, with A = max(1, max p_k(s_i) / s_i).

    A rounding error made at the start is stretched by p_k(s)/s along a small singular direction: up to 1.5^k for the
    cubic, whose slope is nowhere larger, and those made later by less. Coefficients that are steep at 1 (Muon, Polar
    Express) stretch an error of s there by |p_k'(s)|, which for five Polar Express steps is 7e4: for them A must be
    the largest of p_k/s and of the slopes of the remaining steps. That is the polynomial's condition, not a fault of
    the arithmetic.

    Parameters
    ----------
    p : int
        min(m, n).
    eps : float
        Of the iteration's dtype.
    amplification : float
        A, at least 1, dimensionless.

    Returns
    -------
    float
        Dimensionless.

    Examples
    --------
    >>> iterate_bound(8, 1.0, 2.0)
    160.0
    """
    return residual_bound(p, eps) * max(1.0, amplification)
