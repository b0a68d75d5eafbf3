"""
One normalisation by a power of two: no overflow, and the same bits for W and 2^k W.

Each matrix is multiplied by the power of two that brings its largest magnitude into [1/2, 1). Both factors are
exact, but for entries 2^1021 times smaller than the largest (2^125 in float32), so what is computed afterwards cannot
depend on the scale. Two factors, because one may not exist: the smallest subnormal float64 needs 2^1073.
"""

from __future__ import annotations

from typing import NamedTuple

from .arrays import Array, Namespace, dtype_name

# Half the exponent range, plus room so that the second factor is a normal number for the smallest subnormal.
_LIMIT_AND_SHIFT = {"float64": (2.0**512, 2.0**600), "float32": (2.0**64, 2.0**75)}


class Scaled(NamedTuple):
    """A stack scaled by ``first * second``, matrix by matrix; the factors have shape (..., 1, 1)."""

    array: Array
    first: Array
    second: Array

    def restore(self, value: Array, power: int = 1) -> Array:
        """
        Undo the scaling of a quantity of degree `power` in the matrix.

        Parameters
        ----------
        value : array, shape (..., 1, 1) or (..., m, n)
            Computed from the scaled matrix.
        power : int
            1 for norms and singular values, 2 for squares.

        Returns
        -------
        array
            Overflows to inf only where the true value does.
        """
        for _ in range(power):
            value = value / self.second / self.first
        return value

    def over(self, gain: float) -> Array:
        """
        Return the scale that was taken out, over a gain: what the scaled matrix is to be multiplied by.

        Parameters
        ----------
        gain : float
            Positive.

        Returns
        -------
        array, shape (..., 1, 1)
            ``1 / (first * second * gain)``, in an order that overflows only where the result does.
        """
        half = 0.5 * self.first / self.first
        return 2 * (half / self.second / gain / self.first)


def normalise(xp: Namespace, X: Array, peak: Array) -> Scaled:
    """
    Bring each matrix of a stack to a largest magnitude in [1/2, 1) by exact powers of two.

    Parameters
    ----------
    xp : module
        The namespace of X.
    X : array, shape (..., m, n)
        float32 or float64.
    peak : array, shape (..., 1, 1)
        Largest magnitude of each matrix (or of several that must share a scale). Zero keeps the scale.

    Returns
    -------
    Scaled

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[3e300, 5e-324]])
    >>> scaled = normalise(np, X, np.abs(X).max(keepdims=True))
    >>> bool(0.5 <= scaled.array[0, 0] < 1)
    True
    >>> bool(scaled.restore(scaled.array)[0, 0] == 3e300)
    True
    """
    limit, shift = _LIMIT_AND_SHIFT[dtype_name(X)]
    one = xp.ones_like(peak)
    first = xp.where((peak > 0) & (peak < 1 / limit), one * shift, xp.where(peak > limit, one / limit, one))
    middle = peak * first
    usable = (middle > 0) & xp.isfinite(middle)
    middle = xp.where(usable, middle, one)
    # An exact division: the mantissa over the number itself is a power of two.
    second = xp.where(usable, _mantissa(xp, middle, limit) / middle, one)
    return Scaled(X * first * second, first, second)


def _mantissa(xp: Namespace, x: Array, limit: float) -> Array:
    """Return x times the power of two that brings it into [1/2, 1), for positive normal x."""
    if hasattr(xp, "frexp"):
        return xp.frexp(x)[0]
    step = limit
    while step > 1:  # halve the exponent's distance, bit by bit
        x = xp.where(x >= step, x / step, x)
        x = xp.where(x < 1 / step, x * step, x)
        step = step**0.5 if step > 2 else 1
    x = xp.where(x >= 1, x / 2, x)
    return xp.where(x < 0.5, x * 2, x)
