"""The fast factor of a stack on a device: matrix products for all at once, the SVD for those they fail."""

from __future__ import annotations

import numpy as np

from .. import values
from ..arrays import Array, Namespace, dtype_name, home, to_host
from ..operands import Operand, from_host
from ..scaling import normalise
from ..tightening import tightened
from ..tolerances import EPS, residual_bound
from .device_schedule import scales

#: From this ratio of the sides a single matrix is first reduced to a square one by QR, which costs less than one step.
LONG = 4


def factors(function: str, w: Operand, stack: Array) -> Array:
    """
    Return the polar factors of a stack, in the wide dtype.

    One flag is read from the device, and more only where it says that a matrix is not finite or not good enough.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices; not modified.

    Returns
    -------
    array, shape (..., m, n)
        Within half of the bounds for both residuals, measured, or by SVD.
    """
    xp = w.xp
    m, n = stack.shape[-2:]
    wide = xp.astype(stack, w.wide)
    peak = values.peaks(w, wide)
    W = normalise(xp, wide, peak).array
    W = W if m >= n else xp.matrix_transpose(W)
    with w.quiet():  # a zero matrix divides by zero, and is then no isometry
        Q = _reduced(xp, W) if W.ndim == 2 and max(m, n) >= LONG * min(m, n) else _iterated(xp, W)
        good = _keeps_bounds(xp, Q, W)
        fine = bool(xp.all(good & xp.all(xp.isfinite(peak), axis=(-2, -1))))
    if not fine:
        values.require(function, [("W", w, peak)])
        Q = _repaired(w, Q, W, to_host(good))
    return Q if m >= n else xp.matrix_transpose(Q)


def _reduced(xp: Namespace, W: Array) -> Array:
    isometry, R = xp.linalg.qr(W)
    return isometry @ _iterated(xp, R)


def _iterated(xp: Namespace, W: Array) -> Array:
    """Return Q of tall and square matrices, where no singular value is too small for the schedule."""
    eye = _identity(xp, W)
    gram = xp.matrix_transpose(W) @ W
    # (sum s^4)^(1/4): above the largest singular value, and closer to it than the Frobenius norm.
    X = W / xp.sqrt(xp.sqrt(xp.sum(xp.square(gram), axis=(-2, -1), keepdims=True)))
    for rho in scales(dtype_name(W)):
        gram = xp.matrix_transpose(X) @ X
        X = X @ (1.5 * rho * eye - 0.5 * rho**3 * gram)
    return X


def _keeps_bounds(xp: Namespace, Q: Array, W: Array) -> Array:
    """Say of each matrix whether ||Q^T Q - I|| and ||Q H - W|| / ||W|| are half of what is allowed; NaN is not."""
    p = W.shape[-1]
    bound = residual_bound(p, EPS[dtype_name(W)]) / 2
    Qt = xp.matrix_transpose(Q)
    H = Qt @ W
    H = (H + xp.matrix_transpose(H)) / 2
    isometric = _norm(xp, Qt @ Q - _identity(xp, W)) <= bound
    return isometric & (_norm(xp, Q @ H - W) <= bound * _norm(xp, W))


def _identity(xp: Namespace, W: Array) -> Array:
    return xp.eye(W.shape[-1], dtype=W.dtype, device=home(W)[1])


def _norm(xp: Namespace, X: Array) -> Array:
    return xp.sqrt(xp.sum(xp.square(X), axis=(-2, -1)))


def _repaired(w: Operand, Q: Array, W: Array, good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Array:
    """Return Q with the factors that are not good replaced by those of an SVD: no other matrix waits for it."""
    xp = w.xp
    flat = good.reshape(-1)
    bad = np.flatnonzero(~flat)
    places = np.arange(flat.size)
    places[bad] = flat.size + np.arange(bad.size)
    shape = (-1, *W.shape[-2:])
    singular = xp.take(xp.reshape(W, shape), from_host(bad, w, xp.int32), axis=0)
    U, _, Vh = xp.linalg.svd(singular, full_matrices=False)
    with w.quiet():
        both = xp.concat([xp.reshape(Q, shape), tightened(xp, U @ Vh)], axis=0)
    return xp.reshape(xp.take(both, from_host(places, w, xp.int32), axis=0), W.shape)
