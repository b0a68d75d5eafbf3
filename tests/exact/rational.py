"""Matrices of fractions, as lists of lists: no rounding, no NumPy, no cleverness."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np

Rational = list[list[Fraction]]


def times(A: Rational, B: Rational) -> Rational:
    return [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*B, strict=True)]
        for row in A
    ]


def plus(A: Rational, B: Rational, factor: Fraction = Fraction(1)) -> Rational:
    return [[a + factor * b for a, b in zip(x, y, strict=True)] for x, y in zip(A, B, strict=True)]


def transpose(A: Rational) -> Rational:
    return [list(column) for column in zip(*A, strict=True)]


def identity(n: int) -> Rational:
    return [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]


def inverse(A: Rational) -> Rational:
    """Invert by Gauss-Jordan elimination with the first nonzero pivot."""
    n = len(A)
    work = [[*row, *unit] for row, unit in zip(A, identity(n), strict=True)]
    for i in range(n):
        pivot = next(j for j in range(i, n) if work[j][i] != 0)
        work[i], work[pivot] = work[pivot], work[i]
        work[i] = [x / work[i][i] for x in work[i]]
        for j in range(n):
            if j != i:
                work[j] = [x - work[j][i] * y for x, y in zip(work[j], work[i], strict=True)]
    return [row[n:] for row in work]


def cayley(skew: Rational) -> Rational:
    """Return the rational orthogonal matrix (I - S)(I + S)^-1 of a skew-symmetric S."""
    n = len(skew)
    return times(plus(identity(n), skew, Fraction(-1)), inverse(plus(identity(n), skew)))


def cubic_step(X: Rational) -> Rational:
    """Return 1.5 X - 0.5 X X^T X."""
    return plus([[Fraction(3, 2) * x for x in row] for row in X], times(X, times(transpose(X), X)), Fraction(-1, 2))


def integral(A: Rational) -> tuple[Rational, int]:
    """Return A times the least common denominator, and that denominator."""
    d = lcm(*(x.denominator for row in A for x in row))
    return [[x * d for x in row] for row in A], d


def to_float(A: Rational) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Round each entry once."""
    return np.array([[float(x) for x in row] for row in A])
