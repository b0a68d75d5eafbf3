"""Whether two tensors hold the same values, whatever they are and wherever they lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import FLOATS, to_host
from ...checkpoints import Stored
from ...tolerances import EPS
from ..precision import Host, coarser


def same(first: Stored, second: Stored) -> bool:
    """
    Compare two tensors, value by value; NaN equals NaN.

    Parameters
    ----------
    first, second : Stored
        Of any dtypes; two shapes are never the same.

    Returns
    -------
    bool
    """
    if first.shape != second.shape:
        return False
    if first.place is not None and first.place == second.place:
        return True  # one memory
    if first.raw is not None and second.raw is not None and first.dtype == second.dtype:
        if np.array_equal(first.raw(), second.raw()):
            return True
        if first.dtype not in FLOATS:
            return False
    one, other = _content(first), _content(second)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(np.all((one == other) | ((one != one) & (other != other))))
    return _equal(one, other)


def _content(tensor: Stored) -> Any:
    """Return a host array, or whatever else the entry is; what cannot be read is like nothing."""
    if tensor.raw is not None and tensor.dtype not in FLOATS:
        return tensor.raw()
    if tensor.dtype == "none":  # an entry that is no array, or one whose file holds no numbers
        try:
            return tensor.read()
        except (TypeError, ValueError, OSError):
            return tensor.trouble
    try:
        found = to_host(tensor.read())
    except (TypeError, RuntimeError):
        return tensor.read()
    return found


def _equal(one: object, other: object) -> bool:
    try:
        return bool(np.all(np.asarray(one == other)))
    except (TypeError, ValueError, RuntimeError):
        return one is other


def numbers(tensor: Stored) -> Host:
    """
    Read a tensor of real numbers.

    Parameters
    ----------
    tensor : Stored
        Of 16 to 64 bits.

    Returns
    -------
    ndarray of float64
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(to_host(tensor.read())).astype(np.float64)


def within_a_rounding(found: Host, wanted: Host, dtype: str) -> tuple[float, float]:
    """
    Compare values that were copied, perhaps through another dtype.

    Parameters
    ----------
    found, wanted : ndarray
        Of one shape.
    dtype : str
        That one of them is stored in.

    Returns
    -------
    residual, bound : float
        Largest deviation over the largest number, and one unit in the last place; NaN where the other is none is inf.
    """
    if not found.size:
        return 0.0, EPS[dtype]
    with np.errstate(invalid="ignore"):
        off = np.where((found == wanted) | (np.isnan(found) & np.isnan(wanted)), 0.0, np.abs(found - wanted))
    finite = np.abs(wanted[np.isfinite(wanted)])
    peak = float(np.max(finite)) if finite.size else 0.0
    worst = float(np.max(np.where(np.isnan(off), np.inf, off)))
    return (worst / peak if peak else worst), EPS[dtype]


def readable(tensor: Stored) -> bool:
    """Whether a tensor holds real numbers that are computed with."""
    return tensor.trouble is None and tensor.dtype in FLOATS


def stored_in(first: Stored, second: Stored) -> str:
    """Return the less precise of the dtypes of two tensors of real numbers."""
    return coarser(first.dtype, second.dtype)


def changed_by(before: Stored, after: Stored) -> str:
    """
    Say how far a tensor is from what it was.

    Parameters
    ----------
    before, after : Stored
        Of one shape.

    Returns
    -------
    str
        As "moved by 0.31 of its norm"; without a number where there are no real numbers.
    """
    if not {before.dtype, after.dtype} <= set(FLOATS):
        return "holds something else"
    old, new = numbers(before), numbers(after)
    if not np.isfinite(new).all():
        return f"{int((~np.isfinite(new)).sum())} of {new.size} numbers are not finite"
    if not np.isfinite(old).all():
        return f"is finite, where BEFORE had {int((~np.isfinite(old)).sum())} of {old.size} numbers that are not"
    peak = float(max(np.max(np.abs(old), initial=0.0), np.max(np.abs(new), initial=0.0))) or 1.0
    old, new = old / peak, new / peak  # no norm overflows
    norm, off = float(np.linalg.norm(old)), float(np.linalg.norm(new - old))
    return f"moved by {off / norm:.2g} of its norm" if norm else "is no longer zero"
