"""
Exact FIRE: the polar factor by singular value decomposition. The witness that knows no iteration.

W = U diag(s) V^T. The nearest matrix to W with orthonormal columns (rows, if W is wide) is Q = U V^T: for every
such V, ||W - V||^2 - ||W - Q||^2 = ||(Q - V) B^T||^2 >= 0, where B^T B = H and W = Q H.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import rank
from .arguments import choice, matrix_shape
from .arrays import Array, is_dask
from .chunked import polar as blocks
from .fastpolar import host
from .operands import Operand, handed_back, operand
from .prepared import prepared

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
        A matrix or a stack.
    method : {"svd", "fast"}
        "svd": half and single precision are computed in float64 and rounded once. "fast": on the host, iterations
        chosen by the measured condition, within the same bounds for the residuals in the input's own precision (half:
        in float32); elsewhere, and where nothing is faster, the SVD.
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
        A Dask array.

    Notes
    -----
    ``||Q^T Q - I||_F <= 10 p' eps`` always (`fire_ref.tolerances`). Where W is rank-deficient, or zero, the
    minimiser is not unique and Q is one of them: the singular vectors of LAPACK complete the null space, the same
    way each time for the same input, memory layout, backend and thread count.

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
    U, _, Vh = w.xp.linalg.svd(prepared(function, "W", w, stack, check=check).array, full_matrices=False)
    return U @ Vh


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
    half = (short * s[..., None, :]) @ xp.matrix_transpose(short)
    with w.quiet():
        H = handed_back(w, scaled.restore((half + xp.matrix_transpose(half)) / 2))
        restored = scaled.restore(s[..., None])[..., 0]
    counted = rank.count(xp, s, limit)
    Q = handed_back(w, U @ Vh)
    return PolarDecomposition(Q, H, restored, int(counted) if check and counted.ndim == 0 else counted)
