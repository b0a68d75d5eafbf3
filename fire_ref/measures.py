"""
The two measures of FIRE: squared Frobenius error (stability) and deviation from isometry (plasticity).

Both are computed in float64 on matrices scaled by a power of two, so that they overflow only where their value
does.
"""

from __future__ import annotations

from math import prod

from . import convolution, values
from .arguments import choice, matrix_shape, real
from .arrays import Array, is_dask
from .chunked import measures as blocks
from .gram import defect, long_side, small_gram
from .layout import Layout, parse
from .operands import Operand, operand, pair
from .prepared import prepared
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
        return blocks.sfe(W, V, check=check)
    w, v = pair("sfe", ("W", "V"), (W, V), check=check)
    return squared_distance("sfe", ("W", "V"), w, v, check=check)


def squared_distance(function: str, names: tuple[str, str], w: Operand, v: Operand, *, check: bool) -> Array:
    """
    Return ||W - V||_F^2 of two accepted arrays.

    Parameters
    ----------
    function : str
        Who asks.
    names : tuple of str
        Their argument names.
    w, v : Operand
        Of one shape and home.
    check : bool
        Whether to look at the values.

    Returns
    -------
    array, shape (...)
    """
    xp = w.xp
    A, B = xp.astype(w.array, w.wide), xp.astype(v.array, w.wide)
    peak_w, peak_v = values.peaks(w, A), values.peaks(v, B)
    if check:
        values.require(function, [(names[0], w, peak_w), (names[1], v, peak_v)])
    shared = xp.where(peak_w > peak_v, peak_w, peak_v)  # both by one scale
    with w.quiet():
        left, right = normalise(xp, A, shared), normalise(xp, B, shared)
        total = xp.sum(xp.square(left.array - right.array), axis=(-2, -1), keepdims=True)
        value = left.restore(total, 2)[..., 0, 0]
    return value if value.ndim else value[()]


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
    gain = real("dfi", "gain", gain, least=0.0, advice="gain=1.0", strict=True)
    choice("dfi", "side", side, SIDES)
    if is_dask(W):
        return blocks.dfi(W, gain=gain, side=side, weight_tensor=(operator, layout) != (None, None), check=check)
    w = operand("dfi", "W", W, check=check)
    matrix_shape("dfi", "W", w.shape)
    if operator is not None:
        return _operator_dfi(w, gain, side, operator, parse("dfi", layout, w.shape), check)
    stack = w.array if layout is None else parse("dfi", layout, w.shape).to_stack(w.xp, w.array)
    return deviation("dfi", "W", w, stack, gain, side, check=check)


def deviation(
    function: str, argument: str, w: Operand, stack: Array, gain: float, side: str = "small", *, check: bool
) -> Array:
    """
    Return DfI of each matrix of an accepted stack.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices.
    gain : float
        Positive.
    side : {"small", "columns", "rows"}
        As in `dfi`.
    check : bool
        Whether to look at the values.

    Returns
    -------
    array, shape (...)
    """
    xp, (m, n) = w.xp, stack.shape[-2:]
    scaled = prepared(function, argument, w, stack, check=check)
    eye = xp.eye(min(m, n), dtype=w.wide, device=w.device)
    with w.quiet():
        ratio = scaled.over(gain)
        value = defect(xp, small_gram(xp, scaled.array), eye, ratio * ratio)
    return value[..., 0, 0] + long_side(m, n, side)


def _operator_dfi(w: Operand, gain: float, side: str, operator: object, axes: Layout, check: bool) -> Array:
    xp, batch = w.xp, len(axes.batch)
    sizes = convolution.grid("dfi", operator, axes)
    scaled = prepared("dfi", "W", w, axes.to_stack(xp, w.array), check=check, together=batch)
    m, n = scaled.array.shape[-2:]
    eye = xp.eye(min(m, n), dtype=w.wide, device=w.device)
    with w.quiet():
        ratio = scaled.over(gain)[(..., *(0,) * len(sizes), slice(None), slice(None))]
        value = convolution.operator_defect(xp, scaled.array, batch, sizes, eye, ratio * ratio)
    return value[..., 0, 0] + long_side(m, n, side) * prod(sizes)
