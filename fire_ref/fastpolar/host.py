"""The fast factor of an accepted stack in host memory: checked, at a safe scale, matrix by matrix."""

from __future__ import annotations

import numpy as np

from .. import values
from ..arrays import HALVES, dtype_name, home
from ..operands import Operand
from ..scaling import normalise
from ..tightening import tightened
from . import routes
from .kernels import Host

#: Peaks in this range are left as they are: no step squares its way out of the exponent range from there.
SAFE = {"float64": (2.0**-32, 2.0**32), "float32": (2.0**-8, 2.0**8)}
#: float32 has so few exponents that what is smaller than this, beside the largest, may be lost on the way.
SPAN = 2.0**-90
#: Below so many rows or columns a loop over a stack costs more than LAPACK's work.
LOOPED = 64


def factors(function: str, w: Operand, stack: Host, check: bool) -> Host:
    """
    Return the polar factors of a stack, in its dtype; half precision in float32.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        Where the stack came from.
    stack : ndarray, shape (..., m, n)
        Its matrices; not modified.
    check : bool
        Whether to look at the values.

    Returns
    -------
    ndarray, shape (..., m, n)
    """
    name = "float32" if w.name in HALVES else w.name
    looped = min(stack.shape[-2:]) >= LOOPED or stack.ndim == 2
    X = np.asarray(stack, dtype=np.dtype(name if looped else "float64"))  # the machine's byte order
    peak = _peaks(X)
    if check:
        values.require(function, [("W", w, peak)])
    with w.quiet():  # an estimate that overflows sends a matrix to the SVD
        return _looped(X, peak) if looped else _batched(X, peak)


def _looped(X: Host, peak: Host) -> Host:
    if X.ndim == 2:
        return _one(X, peak)
    out = np.empty(X.shape, dtype=X.dtype)
    for index in np.ndindex(*X.shape[:-2]):
        out[index] = _one(X[index], peak[index])
    return out


def _one(X: Host, peak: Host) -> Host:
    if X.dtype == np.float32 and float(_least(X)) < SPAN * float(peak[0, 0]):
        return _batched(X.astype(np.float64), peak.astype(np.float64)).astype(np.float32)
    return routes.factor(_safe(X, peak))


def _batched(X: Host, peak: Host) -> Host:
    U, _, Vh = np.linalg.svd(normalise(np, X, peak).array, full_matrices=False)
    return np.asarray(tightened(home(U)[0], U @ Vh))


def _peaks(X: Host) -> Host:
    """Return the largest magnitude of each matrix, without writing down all magnitudes."""
    return np.asarray(np.maximum(X.max(axis=(-2, -1), keepdims=True), -X.min(axis=(-2, -1), keepdims=True)))


def _least(X: Host) -> np.float32:
    """Return the smallest magnitude in a float32 matrix that is not zero; nan or inf if there is none."""
    # Read as integers magnitudes are in the same order, and one less takes 0 above all of them.
    order = np.abs(X).view(np.uint32)
    order -= np.uint32(1)
    least: np.float32 = (order.min() + np.uint32(1)).view(np.float32)
    return least if least > 0 else np.float32(np.inf)


def _safe(X: Host, peak: Host) -> Host:
    low, high = SAFE[dtype_name(X)]
    return X if low <= float(peak[0, 0]) <= high else np.asarray(normalise(np, X, peak).array)
