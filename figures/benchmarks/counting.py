"""The arithmetic of the fast exact factor on one input: what its calls of BLAS and LAPACK cost, call by call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import fire_ref
from fire_ref.fastpolar import kernels

from .inputs import Matrix

Shapes = tuple[tuple[int, ...], ...]


def _of_square(share: float) -> Callable[[Shapes], float]:
    return lambda shapes: share * shapes[0][0] ** 3


def _of_reflectors(shapes: Shapes) -> float:
    m, n = shapes[0]
    return 2.0 * n * n * (m - n / 3.0)


#: Routine -> its floating point operations, of the shapes of its arrays in the order in which it takes them.
COSTS: Mapping[str, Callable[[Shapes], float]] = {
    "syrk": lambda shapes: float(shapes[0][0] * shapes[0][1] * min(shapes[0])),
    "symm": lambda shapes: 2.0 * shapes[0][0] * shapes[1][0] * shapes[1][1],
    "trsm": lambda shapes: float(shapes[0][0] * shapes[1][0] * shapes[1][1]),
    "trmm": lambda shapes: float(shapes[0][0] * shapes[1][0] * shapes[1][1]),
    "getrs": lambda shapes: 2.0 * shapes[0][0] * shapes[2][0] * shapes[2][1],
    "getrf": _of_square(2 / 3),
    "getri": _of_square(4 / 3),
    "potrf": _of_square(1 / 3),
    "trtri": _of_square(1 / 3),
    "geqrf": _of_reflectors,
    "orgqr": _of_reflectors,
}


def flops(W: Matrix) -> float | None:
    """
    Count what `polar_factor(W, method="fast")` does.

    Parameters
    ----------
    W : ndarray, shape (m, n), m >= n
        Large enough that the products with a few vectors, which are left out, do not count.

    Returns
    -------
    float or None
        None where an SVD is a part of it, whose arithmetic is not known beforehand.
    """
    found: list[float | None] = []
    original = kernels.kernels

    def counted(name: str, routine: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            shapes = tuple(np.shape(value) for value in arguments if np.ndim(value))
            if name == "gesdd":
                found.append(None)
            elif name in COSTS and not (name == "orgqr" and named.get("lwork") == -1):
                found.append(COSTS[name](shapes))
            return routine(*arguments, **named)

        return call

    def watched(name: str) -> kernels.Kernels:
        every = original(name)
        return kernels.Kernels(*(counted(field, getattr(every, field)) for field in every._fields))

    kernels.kernels = watched  # type: ignore[assignment]
    try:
        fire_ref.polar_factor(W, method="fast")
    finally:
        kernels.kernels = original
    known = [one for one in found if one is not None]
    if len(known) < len(found) or not known:
        return None
    m, n = W.shape
    return sum(known) + (2.0 * m * n * n if m > n else 0.0)  # the last product of a tall one is NumPy's
