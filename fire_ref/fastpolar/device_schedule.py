"""Scaled Newton-Schulz steps that reach the polar factor without a look at the singular values on the way."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

#: Least singular value, over the largest, that the steps bring to 1. Smaller ones would cost every matrix more steps
#: than the few that have them are worth: those go to the SVD.
LEAST = {"float64": 2.0**-30, "float32": 2.0**-12}
#: No step takes the value 1 below f(0.1) = 0.24: a large value that were pushed down among the smallest would lose
#: its digits to the rounding errors of those that stay large.
CUSHION = 0.1
#: What may be missing to 1 at the end: less than one rounding.
REACHED = 2.0**-54


@lru_cache
def scales(name: str) -> tuple[float, ...]:
    """
    Return rho of each step X <- X (3 rho I - rho^3 X^T X) / 2, for singular values in [LEAST, 1].

    f(x) = rho x (3 - (rho x)^2) / 2 is at most 1. With rho^2 = 3 / (1 + l + l^2) it takes l and 1 to one value, which
    is the least: the next step's l.

    Parameters
    ----------
    name : {"float64", "float32"}
        Dtype to compute in.

    Returns
    -------
    tuple of float
        Dimensionless.

    Notes
    -----
    The scaling is that of J. Chen and E. Chow, "A stable scaling of Newton-Schulz for improving the sign function
    computation of a Hermitian matrix" (2014).

    Examples
    --------
    >>> [round(rho, 3) for rho in scales("float32")[:2]], len(scales("float32")), len(scales("float64"))
    ([1.644, 1.644], 14, 28)
    """
    found: list[float] = []
    least = LEAST[name]
    while 1 - least > REACHED:
        low = max(least, CUSHION)
        rho = sqrt(3 / (1 + low + low * low))
        found.append(rho)
        least = rho * least * (3 - (rho * least) ** 2) / 2
    return tuple(found)
