"""
Exact FIRE: the polar factor by singular value decomposition. The witness that knows no iteration.

W = U diag(s) V^T. The nearest matrix to W with orthonormal columns (rows, if W is wide) is Q = U V^T: for every
such V, ||W - V||^2 - ||W - Q||^2 = ||(Q - V) B^T||^2 >= 0, where B^T B = H and W = Q H.

`method="fast"` is a route of its own, in `fastpolar`, and of Dask arrays in `chunked`; the witness is "svd".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import rank
from .arguments import choice, matrix_shape
from .arrays import Array, is_dask, on_host, to_host
from .chunked import polar as blocks
from .fastpolar import device, host
from .operands import Operand, from_host, handed_back, operand
from .prepared import prepared
from .tightening import tightened

METHODS = ("svd", "fast")


class PolarDecomposition(NamedTuple):
    """W = Q H for tall and square W, H Q for wide; singular values in descending order; rank by the one rule."""

    Q: Array
    H: Array
    s: Array
    rank: Array | int


def polar_factor(W: Array, *, method: str = "svd", check: bool = True) -> Array:
    """
    Nearest matrix with orthonormal columns (tall, square) or rows (wide): exact FIRE before its gain.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack. With ``method="fast"`` also a 2-D Dask array with one chunk along its short side: it is
        read once now and once more when the result, which is lazy, is computed.
    method : {"svd", "fast"}
        "svd": half and single precision are computed in float64 and rounded once. "fast": on the host, iterations
        chosen by shape and measured condition, in the input's own precision (half: in float32); on a GPU, iterations
        of a whole stack at once, in float64; of Dask arrays, QR of the blocks (TSQR), in float64. It is the SVD again
        where nothing is faster, for what the iterations fail, and with ``check=False`` outside NumPy.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture.

    Returns
    -------
    array, shape (..., m, n)
        Q in the caller's namespace, dtype and device; W is not modified.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Not a matrix, NaN or inf, or an unknown method.
    NotImplementedError
        A Dask array with ``method="svd"``, of other than two axes, or with several chunks along its short side.

    Notes
    -----
    ``||Q^T Q - I||_F <= 10 p' eps`` and ``||Q H - W||_F <= 10 p' eps ||W||_F`` by either method, with eps that of W's
    dtype and H the symmetric part of Q^T W; if W is wide, Q Q^T, H Q and W Q^T (`fire_ref.tolerances`). "fast" looks at
    both residuals of every answer of an iteration, and takes the SVD where one is too large. What differs is the
    distance from the exact Q: "svd" is within ``10 p' eps`` of it in single precision at every condition, "fast" on the
    host within a multiple of condition times eps, as any algorithm that works in single precision.

    Where W is rank-deficient, or zero, the minimiser is not unique and Q is one of them: the singular vectors of LAPACK
    (QR, of Dask arrays) complete the null space, the same way each time for the same input, memory layout, backend and
    thread count.

    Examples
    --------
    >>> polar_factor([[0.0, -2.0], [3.0, 0.0]])
    array([[ 0., -1.],
           [ 1.,  0.]])
    """
    if is_dask(W) and method == "fast":
        return blocks.polar_factor(W, check)
    choice("polar_factor", "method", method, METHODS)
    w = operand("polar_factor", "W", W, check=check)
    matrix_shape("polar_factor", "W", w.shape)
    return handed_back(w, factor("polar_factor", w, w.array, check, method), copy=False)


def factor(function: str, w: Operand, stack: Array, check: bool, method: str = "svd") -> Array:
    """
    Return the polar factor of a stack, unrounded: in the wide dtype, or as `method` computes it.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices.
    check : bool
        Whether to look at the values.
    method : {"svd", "fast"}
        As in `polar_factor`.

    Returns
    -------
    array, shape (..., m, n)
    """
    if method == "fast" and isinstance(stack, np.ndarray):
        return host.factors(function, w, stack, check)
    if method == "fast" and check and on_host(stack):
        return _by_way_of_numpy(function, w, stack)
    if method == "fast" and check:
        return device.factors(function, w, stack)
    U, _, Vh = w.xp.linalg.svd(prepared(function, "W", w, stack, check=check).array, full_matrices=False)
    with w.quiet():
        return tightened(w.xp, U @ Vh)


def _by_way_of_numpy(function: str, w: Operand, stack: Array) -> Array:
    seen = operand(function, "W", to_host(w.array), check=False)
    found = host.factors(function, seen, to_host(stack), True)
    single = found.dtype == np.float32 or w.wide == w.xp.float32
    return from_host(found, w, w.xp.float32 if single else w.xp.float64)


def polar_decomposition(W: Array, *, rtol: float | None = None, check: bool = True) -> PolarDecomposition:
    """
    Polar decomposition with singular values and rank.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack.
    rtol : float, optional
        Singular values above ``rtol * s[0]`` count towards the rank; default max(m, n) eps of W's dtype.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture; the rank is then always an array.

    Returns
    -------
    PolarDecomposition
        Q (..., m, n) and H (..., p, p), symmetric positive semidefinite, in the caller's dtype; s (..., p) in
        float64; rank an int, or an integer array for a stack.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Not a matrix, NaN or inf, or a negative `rtol`.
    NotImplementedError
        A Dask array.

    Notes
    -----
    ``||Q H - W||_F <= 10 p' eps ||W||_F``, also rank-deficient. The default rtol of bfloat16 exceeds 1 from 128
    columns on and then counts nothing: give one.

    Examples
    --------
    >>> Q, H, s, rank = polar_decomposition([[3.0, 0.0], [0.0, -2.0], [0.0, 0.0]])
    >>> s, rank
    (array([3., 2.]), 2)
    >>> bool((Q @ H == [[3.0, 0.0], [0.0, -2.0], [0.0, 0.0]]).all())
    True
    """
    w = operand("polar_decomposition", "W", W, check=check)
    m, n = matrix_shape("polar_decomposition", "W", w.shape)
    limit = rank.threshold("polar_decomposition", w.shape, w.name, rtol)
    xp = w.xp
    scaled = prepared("polar_decomposition", "W", w, w.array, check=check)
    U, s, Vh = xp.linalg.svd(scaled.array, full_matrices=False)
    short = xp.matrix_transpose(Vh) if m >= n else U
    with w.quiet():
        half = (short * s[..., None, :]) @ xp.matrix_transpose(short)
        H = handed_back(w, scaled.restore((half + xp.matrix_transpose(half)) / 2))
        restored = scaled.restore(s[..., None])[..., 0]
        Q = handed_back(w, tightened(xp, U @ Vh))
    counted = rank.count(xp, s, limit)
    return PolarDecomposition(Q, H, restored, int(counted) if check and counted.ndim == 0 else counted)
