"""The official vision recipe as one plain loop, written from the description of it (FACTS, section 4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref.tolerances import EPS, distance_bound, iterate_bound

Host = np.ndarray[Any, np.dtype[Any]]


def official(weight: Host, steps: int | None = 10) -> Host:
    """
    Reinitialise a linear weight (O, I) or a kernel (O, I, kh, kw), in float64.

    Every spatial tap by itself: X = W / ||W||_F, then `steps` times X <- 1.5 X - 0.5 X X^T X, then the gain
    sqrt(O / I) / (kh kw). None for the exact isometry U V^T.
    """
    taps = np.array(weight, dtype=np.float64).reshape(*weight.shape[:2], -1)
    area = taps.shape[2]
    for tap in range(area):
        X = taps[:, :, tap]
        if steps is None:
            U, _s, Vh = np.linalg.svd(X, full_matrices=False)
            X = U @ Vh
        else:
            X = X / np.linalg.norm(X)
            for _ in range(steps):
                X = 1.5 * X - 0.5 * (X @ X.T @ X)
        taps[:, :, tap] = (weight.shape[0] / weight.shape[1]) ** 0.5 / area * X
    return taps.reshape(weight.shape)


def allowed(weight: Host, dtype: str, steps: int | None = 10) -> float:
    """
    Bound the Frobenius distance of a result in `dtype` from `official` of the same values.

    The contract, tap by tap: an iterate is good to 10 p' eps 1.5^k and half precision iterates in float32; an exact
    factor is computed in float64 (float32 where there is none) and good to the conditioning. Then one rounding to the
    dtype, of entries that together have the norm c sqrt(p); the float64 loop has an error of its own.
    """
    O, I = weight.shape[:2]  # noqa: E741
    p, area = min(O, I), int(np.prod(weight.shape[2:]))
    taps = np.moveaxis(weight.astype(np.float64).reshape(O, I, area), -1, 0)
    computed = EPS["float64" if dtype == "float64" else "float32"]
    if steps is None:
        each = sum(distance_bound(p, computed, float(np.linalg.cond(tap))) ** 2 for tap in taps) ** 0.5
    else:
        each = iterate_bound(max(O, I), computed, 1.5**steps) * area**0.5
    stored = EPS[dtype] / 2 * (p * area) ** 0.5
    # Subnormal float16: half of 2^-24 for each entry.
    least = 2.0**-25 * weight.size**0.5 if dtype == "float16" else 0.0
    return (O / I) ** 0.5 / area * (2 * each + stored) + least
