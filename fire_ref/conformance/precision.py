"""Dtypes as an implementation meets them: their names, their order, and rounding to one."""

from __future__ import annotations

from typing import Any, TypeAlias

import ml_dtypes
import numpy as np

from ..tolerances import EPS

Host: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Raw: TypeAlias = np.ndarray[Any, np.dtype[Any]]

#: From the most to the least precise.
DTYPES = ("float64", "float32", "float16", "bfloat16")
HALVES = ("float16", "bfloat16")


def numpy_dtype(name: str) -> np.dtype[Any]:
    """Return NumPy's dtype of that name; bfloat16 is ml_dtypes'."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def limits(name: str) -> tuple[float, float]:
    """Return the smallest normal and the largest finite number of a dtype."""
    about = ml_dtypes.finfo(numpy_dtype(name))  # type: ignore[no-untyped-call] # its stubs lack it
    return float(about.smallest_normal), float(about.max)


def rounded(values: Host, dtype: str) -> Raw:
    """Round to a dtype; what overflows becomes inf."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return values.astype(numpy_dtype(dtype))


def widened(values: Raw) -> Host:
    """Return values of any real dtype as float64, exactly."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def coarser(first: str, second: str | None) -> str:
    """Return the less precise of two dtypes; None does not count."""
    return first if second is None else max(first, second, key=lambda name: EPS[name])
