"""The steps on a square matrix: Newton by inversion, Halley by Cholesky, the last one by a polynomial."""

from __future__ import annotations

import math

import numpy as np

from .kernels import Host, add_transposed, diagonal, inverted, mirror, of, product, squared
from .weighting import Weights

#: Up to so many rows OpenBLAS divides by a triangle so slowly that inverting it and multiplying is faster (float64, an
#: Intel Xeon with AVX-512, milliseconds for both divisions / by the inverse: 256: 1.8 / 1.1, 512: 12 / 8.4, 1024:
#: 69 / 55, 2048: 430 / 420; float32 2048: 197 / 230). The triangle's condition is the root of Halley's weight: small.
INVERTED = 1024


def newton(X: Host, lu: Host, pivots: Host, scale: float) -> bool:
    """
    Replace X by (scale X + X^-T / scale) / 2.

    Parameters
    ----------
    X : ndarray, shape (n, n)
        Fortran order; overwritten.
    lu, pivots : ndarray
        Its factors; overwritten.
    scale : float
        1 / sqrt(s_max s_min) is best.

    Returns
    -------
    bool
        Whether the inverse exists.
    """
    routines = of(X)
    work = int(routines.getri_lwork(X.shape[0])[0])
    inverse, failed = routines.getri(lu, pivots, lwork=work, overwrite_lu=1)
    if not failed:
        mean(X, inverse, scale)
    return not failed


def mean(X: Host, inverse: Host, scale: float) -> None:
    """Replace X by (scale X + inverse^T / scale) / 2; `inverse` is overwritten."""
    X *= X.dtype.type(0.5 * scale)
    inverse *= X.dtype.type(0.5 / scale)
    add_transposed(X, inverse)


def halley(X: Host, E: Host, spare: Host, centre: float, high: float, weights: Weights) -> bool:
    """
    Replace X by x (a + b x^T x)(1 + c x^T x)^-1 with x = X / high.

    Parameters
    ----------
    X : ndarray, shape (n, n)
        Fortran order; overwritten.
    E : ndarray, shape (n, n)
        I - X^T X / centre, upper triangle; overwritten.
    spare : ndarray, shape (n, n)
        Fortran order; overwritten.
    centre : float
        What the Gram matrix was divided by.
    high : float
        The largest singular value of X.
    weights : Weights
        For the condition of X.

    Returns
    -------
    bool
        Whether the Cholesky factor exists.
    """
    routines = of(X)
    a, b, c, _ = weights
    share = c * centre / (high * high)
    E *= X.dtype.type(-share)
    diagonal(E)[...] += X.dtype.type(1.0 + share)
    R, failed = routines.potrf(E, lower=0, clean=0, overwrite_a=1)
    if failed:
        return False
    T = inverted(R) if len(R) <= INVERTED else None
    divide = routines.trsm if T is None else routines.trmm
    np.copyto(spare, X)
    Y = divide(1.0, R if T is None else T, spare, side=1, lower=0, overwrite_b=1)
    Y = divide((a - b / c) / high, R if T is None else T, Y, side=1, lower=0, trans_a=1, overwrite_b=1)
    X *= X.dtype.type(b / c / high)
    X += Y
    return True


#: (1 - t)^(-1/2) = 1 + t/2 + 3/8 t^2 + 5/16 t^3 + 35/128 t^4 + ...
SERIES = (1.0, 0.5, 0.375, 0.3125, 0.2734375, 0.24609375)


def leftover(order: int, spectral: float, frobenius: float) -> float:
    """
    Bound ||I - Q^T Q||_F after `last` of that order, for ||E||_2 and ||E||_F before it.

    The first term left out of the series counts twice: once on either side.
    """
    if not spectral < 0.5:
        return math.inf
    return 2.0 * SERIES[order] / (1.0 - spectral) * spectral ** (order - 1) * frobenius


def last(X: Host, E: Host, spare: Host, centre: float, order: int, narrow: int) -> Host:
    """
    Return X (I - E)^(-1/2) / sqrt(centre) by its series, cut off before E^order (2, 3 or 5).

    Parameters
    ----------
    X : ndarray, shape (n, n)
        Fortran order; overwritten.
    E : ndarray, shape (n, n)
        I - X^T X / centre, upper triangle, zeros below; overwritten.
    spare : ndarray, shape (n, n)
        Fortran order; overwritten.
    centre : float
        What the Gram matrix was divided by.
    order : int
        2, 3 or 5.
    narrow : int
        The first power of E that is so small that single precision is enough to form it, or its product with X.

    Returns
    -------
    ndarray, shape (n, n)
    """
    series(E, spare, order, narrow)
    if narrow <= 1 and X.dtype == np.float64:
        s, x = E.astype(np.float32), X.astype(np.float32)
        X += of(x).symm(1.0, s, x, side=1)
    else:
        np.copyto(spare, X)
        X = np.asarray(of(X).symm(1.0, E, X, side=1, beta=1.0, c=spare, overwrite_c=1))
    X *= X.dtype.type(1.0 / math.sqrt(centre))
    return X


def series(E: Host, spare: Host, order: int, narrow: int) -> None:
    """Replace E by E/2 + 3/8 E^2 + ..., upper triangle; see `last`."""
    real = E.dtype.type
    if order > 2:
        mirror(E)
        F = squared(E, spare, narrow=narrow <= 2)
        if order > 3:
            mirror(F)
            T = real(SERIES[4]) * F
            T += real(SERIES[3]) * E
            T = product(F, T, narrow=narrow <= 3)
        F *= real(SERIES[2])
    E *= real(SERIES[1])
    if order > 2:
        E += F
    if order > 3:
        E += T
