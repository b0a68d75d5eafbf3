"""
Arb's balls: matrices of midpoints and radii, from float64 and back. The only module that knows python-flint.

A ball contains the exact result of what was asked. Traps: the square root of a ball that reaches below 0 is nan, and
every comparison with nan is False. So norms come as two exact ends, clamped before the root, and `outward` passes no
nan on as a bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from threading import RLock
from typing import Any, TypeAlias

import numpy as np

from ..errors import missing_extra
from .record import UNKNOWN, Interval

Host: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
#: flint.arb and flint.arb_mat, which have no type stubs.
Ball: TypeAlias = Any
BallMatrix: TypeAlias = Any

#: Bits of the midpoints. The Gram matrix squares the condition, at most 2^52 where the rank is full by the one rule,
#: and the error of its root is stretched by the condition twice more: 208 bits are lost at worst, 112 remain.
WIDE = 320
#: For a condition up to 2^20, where 80 bits are lost at worst; more than twice as fast.
NARROW = 192
#: python-flint keeps one precision for all threads.
_ONE_AT_A_TIME = RLock()


@contextmanager
def working(function: str, bits: int = WIDE) -> Iterator[None]:
    """
    Open the working precision, in one thread at a time.

    Parameters
    ----------
    function : str
        Who asks.
    bits : int
        `WIDE` or `NARROW`. It decides how narrow the results are, not whether they are right.

    Yields
    ------
    None
        The caller's precision is restored afterwards.

    Raises
    ------
    MissingExtraError
        python-flint is not installed.
    """
    try:
        import flint
    except ImportError:
        error = missing_extra(function, "python-flint", "certify")
        raise error from None
    with _ONE_AT_A_TIME, flint.ctx.workprec(bits):
        yield


def ball(value: float) -> Ball:
    """Return a float64 or an integer, exactly."""
    import flint

    return flint.arb(value)


def matrix(values: Host) -> BallMatrix:
    """Return a matrix of float64 values, exactly."""
    import flint

    return flint.arb_mat(values.tolist())


def identity(n: int) -> BallMatrix:
    """Return the n x n identity."""
    return matrix(np.eye(n))


def nearest(M: BallMatrix) -> Host:
    """Round the midpoints to float64."""
    return np.array([float(x) for x in M.entries()]).reshape(M.nrows(), M.ncols())


def symmetric(M: BallMatrix) -> BallMatrix:
    """Return the symmetric part."""
    return (M + M.transpose()) * ball(0.5)


def inner(A: BallMatrix, B: BallMatrix) -> Ball:
    """Return tr(A^T B)."""
    import flint

    size = A.nrows() * A.ncols()
    return (flint.arb_mat(1, size, A.entries()) * flint.arb_mat(size, 1, B.entries()))[0, 0]


def frobenius(M: BallMatrix) -> tuple[Ball, Ball]:
    """Return an exact lower and upper bound of ||M||_F."""
    return root(inner(M, M))


def root(square: Ball) -> tuple[Ball, Ball]:
    """Return an exact lower and upper bound of the square root of what is not negative."""
    return clamped(square.lower()).sqrt().lower(), clamped(square.upper()).sqrt().upper()


def clamped(x: Ball) -> Ball:
    """Return an exact number, or zero in place of a negative one; nan stays."""
    return ball(0) if x < 0 else x


def outward(lower: Ball, upper: Ball) -> Interval:
    """
    Round the two ends of an interval outwards.

    Parameters
    ----------
    lower, upper : arb
        Of a ball, the outer end counts.

    Returns
    -------
    tuple of float
        (nan, nan) unless both are finite; inf, or the largest float64 below, beyond the range of float64.
    """
    if not (lower.is_finite() and upper.is_finite()):
        return UNKNOWN
    return _rounded(lower.lower(), -math.inf), _rounded(upper.upper(), math.inf)


def _rounded(x: Ball, towards: float) -> float:
    mantissa, exponent = (int(part) for part in x.man_exp())
    exact = Fraction(mantissa) * Fraction(2) ** exponent
    try:
        value = float(exact)
    except OverflowError:
        value = math.copysign(math.inf, mantissa)
        return value if value == towards else math.nextafter(value, towards)
    missed = exact < Fraction(value) if towards < 0 else exact > Fraction(value)
    return math.nextafter(value, towards) if missed else value
