"""What the machine can do at most: the rate of a large square product, measured in the same run."""

from __future__ import annotations

import numpy as np

from .device import Device
from .timing import Pace, in_turn

#: Of the products, by device: large enough that nothing but the arithmetic counts.
SIDE = {"cpu": 1536, "cuda": 8192}


def gemm_peak(device: Device, dtype: str, pace: Pace, side: int | None = None) -> float:
    """
    Measure the rate of a matrix product.

    Parameters
    ----------
    device : Device
        Where.
    dtype : {"float32", "float64"}
        Of the factors.
    pace : Pace
        How often; the best counts.
    side : int, optional
        n of the n x n factors.

    Returns
    -------
    float
        Floating point operations in a second.
    """
    n = side or SIDE[device.name]
    factor = device.array(np.random.default_rng(n).standard_normal((n, n)).astype(dtype))
    out = device.xp.empty_like(factor)  # no new memory to be cleared while the clock runs
    times = in_turn({"gemm": lambda: device.xp.matmul(factor, factor, out=out)}, device.work, pace)
    return 2.0 * n**3 / min(times["gemm"])
