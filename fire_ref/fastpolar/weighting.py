"""What one step does to an interval of singular values, and the weights that make it do the most. Scalars only."""

from __future__ import annotations

import math
from typing import NamedTuple


class Weights(NamedTuple):
    """x (a + b x^2) / (1 + c x^2), which maps [low, 1] into [floor, 1]."""

    a: float
    b: float
    c: float
    floor: float


def halley_weights(low: float) -> Weights:
    """
    Return the dynamic weights of Halley's iteration for singular values in [low, 1].

    Parameters
    ----------
    low : float
        In (0, 1].

    Returns
    -------
    Weights

    Notes
    -----
    The best rational function of its type; Nakatsukasa, Bai and Gygi, SIAM J. Matrix Anal. Appl. 31 (2010), 2700.

    Examples
    --------
    >>> halley_weights(1.0)
    Weights(a=3.0, b=1.0, c=3.0, floor=1.0)
    """
    square = low * low
    d = (4.0 * (1.0 - square) / (square * square)) ** (1.0 / 3.0)
    root = math.sqrt(1.0 + d)
    inner = 8.0 - 4.0 * d + 8.0 * (2.0 - square) / (square * root)
    a = root + 0.5 * math.sqrt(max(inner, 0.0))
    b = 0.25 * (a - 1.0) ** 2
    c = a + b - 1.0
    return Weights(a, b, c, low * (a + b * square) / (1.0 + c * square))


def newton_top(condition: float) -> float:
    """
    Return the largest singular value after an optimally scaled Newton step; the smallest is then 1.

    Parameters
    ----------
    condition : float
        Before the step.

    Returns
    -------
    float

    Examples
    --------
    >>> newton_top(4.0)
    1.25
    """
    return 0.5 * (math.sqrt(condition) + 1.0 / math.sqrt(condition))
