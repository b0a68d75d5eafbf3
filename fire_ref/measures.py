"""
The two measures of FIRE: squared Frobenius error (stability) and deviation from isometry (plasticity).

Both are computed in float64 on matrices scaled by a power of two, so that they overflow only where their value
does.
"""

from __future__ import annotations

from math import prod

from . import chunked, convolution, values
from .arguments import choice, matrix_shape, real, same_shape
from .arrays import Array, Operand, is_dask, operand, quiet, same_home, wide_dtype
from .gram import defect, long_side, small_gram
from .layout import Layout, parse
from .scaling import normalise

SIDES = ("small", "columns", "rows")


def sfe(W: Array, V: Array, *, check: bool = True) -> Array:
    """
    Squared Frobenius error ||W - V||_F^2 between two matrices, or two stacks.

    Parameters
    ----------
    W, V : array, shape (..., m, n)
        Of one shape, library and device; dtypes may differ. Dask arrays (2-D) are read once, block by block.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture.

    Returns
    -------
    array, shape (...)
        float64 in the caller's namespace, in squared units of W.

    Raises
    ------
    TypeError
        Not arrays of one library on one device, or of an unsupported dtype.
    ValueError
        Shapes differ or are not matrices; a value is NaN or inf.

    Notes
    -----
    FIRE's stability measure (arXiv 2602.08040, section 3); over a network it is the sum over the layers.

    Examples
    --------
    >>> float(sfe([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 2.0]]))
    4.0
    """
    if is_dask(W) or is_dask(V):
        return chunked.sfe(W, V, check=check)
    w, v = operand("sfe", "W", W, check=check), operand("sfe", "V", V, check=check)
    same_home("sfe", w, v, ("W", "V"))
    matrix_shape("sfe", "W", w.shape)
    same_shape("sfe", ("W", "V"), w.shape, v.shape)
    xp, wide = w.xp, wide_dtype(w.xp, w.device)
    A, B = xp.astype(w.array, wide), xp.astype(v.array, wide)
    peak_w, peak_v = values.peaks(w, A), values.peaks(v, B)
    if check:
        values.require("sfe", [("W", w, peak_w), ("V", v, peak_v)])
    # Both by one scale, with room for the difference of two numbers of opposite signs.
    shared = xp.where(peak_w > peak_v, peak_w, peak_v)
    with quiet():
        left, right = normalise(xp, A, shared), normalise(xp, B, shared)
        total = xp.sum(xp.square(left.array - right.array), axis=(-2, -1), keepdims=True)
        return left.restore(total, 2)[..., 0, 0][()]


def dfi(
    W: Array,
    *,
    gain: float = 1.0,
    side: str = "small",
    operator: tuple[int, ...] | int | None = None,
    layout: str | None = None,
    check: bool = True,
) -> Array:
    """
    Deviation from isometry ||G / gain^2 - I||_F^2, G the Gram matrix of W.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack (Dask: 2-D, read once); a weight tensor where `layout` or `operator` is given.
    gain : float
        The gain that a weight is measured against, positive.
    side : {"small", "columns", "rows"}
        "small" takes the Gram of the short side, the only one that can be the identity; "columns" the literal
        W^T W, whose floor for wide W is n - m; "rows" W W^T.
    operator : tuple of int, optional
        Measure the circular convolution on a grid of this size (one number per spatial axis) instead of the
        kernel's taps: DfI of the whole operator, summed over all frequencies.
    layout : str, optional
        Read W as a weight tensor, as `fire` does; every tap is a matrix.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture.

    Returns
    -------
    array
        float64 in the caller's namespace, dimensionless; one per matrix, or one per operator.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        A value is NaN or inf, the shape is not a matrix, `gain`, `side`, `operator` or `layout` does not fit.

    Notes
    -----
    arXiv 2602.08040, section 3. The long side needs no Gram of its own: W W^T and W^T W share their nonzero
    eigenvalues and each further one, zero, adds 1.

    Examples
    --------
    >>> float(dfi([[3.0, 0.0], [0.0, 1.0]]))
    64.0
    >>> wide = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    >>> float(dfi(wide)), float(dfi(wide, side="columns"))
    (0.0, 1.0)
    """
    gain = real("dfi", "gain", gain, least=0.0, strict=True)
    choice("dfi", "side", side, SIDES)
    if is_dask(W):
        return chunked.dfi(W, gain=gain, side=side, weight_tensor=(operator, layout) != (None, None), check=check)
    w = operand("dfi", "W", W, check=check)
    matrix_shape("dfi", "W", w.shape)
    if operator is not None:
        return _operator_dfi(w, gain, side, operator, parse("dfi", layout, w.shape), check)
    stack = w.array if layout is None else parse("dfi", layout, w.shape).to_stack(w.xp, w.array)
    return _matrix_dfi(w, stack, gain, side, check)


def _matrix_dfi(w: Operand, stack: Array, gain: float, side: str, check: bool) -> Array:
    xp, (m, n) = w.xp, stack.shape[-2:]
    X, peak = _widened(w, stack, check)
    scaled = normalise(xp, X, peak)
    eye = xp.eye(min(m, n), dtype=X.dtype, device=w.device)
    with quiet():
        ratio = scaled.restore(xp.ones_like(peak)) / gain
        value = defect(xp, small_gram(xp, scaled.array), eye, ratio * ratio)
    return value[..., 0, 0] + long_side(m, n, side)


def _operator_dfi(w: Operand, gain: float, side: str, operator: object, axes: Layout, check: bool) -> Array:
    xp, batch = w.xp, len(axes.batch)
    sizes = convolution.grid("dfi", operator, axes)
    X, peak = _widened(w, axes.to_stack(xp, w.array), check)
    m, n = X.shape[-2:]
    whole = xp.max(peak, axis=tuple(range(batch, peak.ndim)), keepdims=True)  # one scale for a whole kernel
    scaled = normalise(xp, X, whole)
    eye = xp.eye(min(m, n), dtype=X.dtype, device=w.device)
    with quiet():
        ratio = scaled.restore(xp.ones_like(whole))[(..., *(0,) * len(sizes), slice(None), slice(None))] / gain
        value = convolution.operator_defect(xp, scaled.array, batch, sizes, eye, ratio * ratio)
    return value[..., 0, 0] + long_side(m, n, side) * prod(sizes)


def _widened(w: Operand, stack: Array, check: bool) -> tuple[Array, Array]:
    X = w.xp.astype(stack, wide_dtype(w.xp, w.device))
    peak = values.peaks(w, X)
    if check:
        values.require("dfi", [("W", w, peak)])
    return X, peak
