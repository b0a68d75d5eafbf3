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


def faithful_bound(eps: float, stretch: float) -> float:
    """
    Bound ||Y - T||_F / ||T||_F of a right k-step implementation: 10 eps A.

    A is the largest stretch |d x_k / d x_j| or |x_k / x_j| of an error from any step j to the last. Loops in float32,
    float16 and bfloat16, cubic, Muon and Polar Express, were measured at 4.4 eps A or less.

    Parameters
    ----------
    eps : float
        Of the dtype that the dialect computes in.
    stretch : float
        A, at least 1, dimensionless.

    Returns
    -------
    float
        Relative, dimensionless.

    Examples
    --------
    >>> faithful_bound(2.0**-10, 2.0)
    0.01953125
    """
    return 10.0 * eps * max(1.0, stretch)


#: Emulations of a dialect in a dtype, times this, where `faithful_bound` does not serve: three runs are few, and
#: their largest deviation varied by less than a factor of 2.5 between seeds; twice that.
YARDSTICK = 5.0
#: A bound above this fraction of ||T||_F tells nothing: half of it is what the zero function is off by.
CONCLUSIVE = 0.5


def match_bound(eps: float) -> float:
    """
    Bound the relative distance between an answer and the wrong formula that explains it: 3 sqrt(eps).

    Wrong formulas differ from each other by tenths; the square root leaves room for their unknown conditioning.

    Parameters
    ----------
    eps : float
        Of the dtype that the target computes in.

    Returns
    -------
    float
        Relative, dimensionless.

    Examples
    --------
    >>> match_bound(2.0**-52) < match_bound(2.0**-7) < 0.3
    True
    """
    return 3.0 * math.sqrt(eps)
