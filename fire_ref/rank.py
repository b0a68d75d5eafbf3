"""One rule for rank, everywhere: the number of singular values above rtol times the largest."""

from __future__ import annotations

from .arguments import real
from .arrays import Array, Namespace
from .tolerances import EPS


def threshold(function: str, shape: tuple[int, ...], dtype_name: str, rtol: float | None) -> float:
    """
    Return rtol: max(m, n) eps of the input's dtype unless given.

    Parameters
    ----------
    function : str
        Who asks.
    shape : tuple of int
        Of the input.
    dtype_name : str
        Of the input.
    rtol : float or None
        The caller's, at least 0.

    Returns
    -------
    float
        Relative to the largest singular value, dimensionless.

    Examples
    --------
    >>> threshold("rank", (8, 4), "float64", None) == 8 * 2.0**-52
    True
    """
    if rtol is None:
        return max(shape[-2:]) * EPS[dtype_name]
    return real(function, "rtol", rtol, least=0.0, advice="rtol=1e-6")


def nonzero(s: Array, rtol: float) -> Array:
    """
    Say which singular values count as nonzero.

    Parameters
    ----------
    s : array, shape (..., p)
        Descending.
    rtol : float
        From `threshold`.

    Returns
    -------
    array of bool, shape (..., p)
    """
    return s > rtol * s[..., :1]


def count(xp: Namespace, s: Array, rtol: float) -> Array:
    """
    Return the rank of each matrix.

    Parameters
    ----------
    xp : module
        The namespace of s.
    s : array, shape (..., p)
        Descending.
    rtol : float
        From `threshold`.

    Returns
    -------
    array of int, shape (...)
    """
    return xp.sum(xp.astype(nonzero(s, rtol), xp.int32), axis=-1)
