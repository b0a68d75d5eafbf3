"""
Dask: FIRE's measures and Newton-Schulz for a 2-D array larger than memory, by its Gram matrix.

The array is cut along its long side. One pass reads every block once, reduces it to a p x p matrix (p the short
side) and adds these up in a tree; the matrix itself is never held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .arguments import matrix_shape, same_shape
from .arrays import Array, is_dask, operand, quiet
from .coefficients import Triple, at
from .errors import sentence
from .gram import defect, long_side

Host = np.ndarray[Any, np.dtype[Any]]

#: Steps between two passes. A Gram matrix iterated by itself drifts by 2.25 a step along a small direction.
RESTART = 4
FAN_IN = 8


class Part(NamedTuple):
    """What one block, or several, come to: ``total * 4^exponent``, and the first index that is not finite."""

    exponent: int
    total: Host
    bad: tuple[int, int] | None


def sfe(W: Array, V: Array, *, check: bool) -> Array:
    """
    Return ||W - V||_F^2 of two Dask arrays as a 0-d Dask array; reads both once, now.

    Parameters
    ----------
    W, V : dask.array.Array, 2-D
        Of one shape.
    check : bool
        Whether to refuse NaN and inf.

    Returns
    -------
    dask.array.Array, 0-d

    Raises
    ------
    TypeError
        Only one of them is a Dask array.
    """
    if not (is_dask(W) and is_dask(V)):
        got = f"{type(W).__name__} and {type(V).__name__}"
        raise TypeError(sentence("sfe", "W and V", "be arrays of one library on one device", got, "dask.array.asarray"))
    for name, value in (("W", W), ("V", V)):
        _two_axes("sfe", name, value)
    same_shape("sfe", ("W", "V"), W.shape, V.shape)
    V = V.rechunk(W.chunks)
    part = _pass(_difference, [W, V], W.chunks)
    _refuse("sfe", "W and V", part, check)
    return _scalar(_unscaled(part))


def dfi(W: Array, *, gain: float, side: str, weight_tensor: bool, check: bool) -> Array:
    """
    Return DfI of a Dask array as a 0-d Dask array; reads it once, now.

    Parameters
    ----------
    W : dask.array.Array, 2-D
        One chunk along its short side.
    gain, side
        As in `fire_ref.dfi`.
    weight_tensor : bool
        Whether a layout or an operator was asked for.
    check : bool
        Whether to refuse NaN and inf.

    Returns
    -------
    dask.array.Array, 0-d

    Raises
    ------
    NotImplementedError
        A layout or operator was asked for.
    """
    if weight_tensor:
        raise NotImplementedError("dfi: a Dask array is read as one matrix. Try without layout and operator.")
    m, n = _two_axes("dfi", "W", W)
    rows = _tall("dfi", W)
    part = _pass(_gram, [rows], rows.chunks)
    _refuse("dfi", "W", part, check)
    with quiet():
        ratio = np.ldexp(np.ones((1, 1)), part.exponent) / gain
        value = defect(np, part.total, np.eye(min(m, n)), ratio * ratio)
    return _scalar(value[0, 0] + long_side(m, n, side))


def newton_schulz(
    W: Array, steps: int, triples: Sequence[Triple], normalization: str, eps: float, check: bool
) -> Array:
    """
    Return X_k of a Dask array, lazily: its Gram matrix is iterated now, the polynomial applied when computed.

    Parameters
    ----------
    W : dask.array.Array, 2-D
        One chunk along its short side.
    steps, triples, normalization, eps
        The checked arguments of `fire_ref.newton_schulz`.
    check : bool
        Whether to refuse NaN, inf and zero.

    Returns
    -------
    dask.array.Array
        Chunks and dtype of W; integers become float64.

    Raises
    ------
    ValueError
        W is zero and eps is.
    """
    m, n = _two_axes("newton_schulz", "W", W)
    rows = _tall("newton_schulz", W)
    part = _pass(_gram, [rows], rows.chunks)
    _refuse("newton_schulz", "W", part, check)
    if check and normalization != "none" and eps == 0.0 and not part.total.any():
        raise ValueError(sentence("newton_schulz", "W", "be nonzero", "a zero matrix", "eps=1e-8, which gives zeros"))
    with quiet():
        divisor, gram = _first(part, normalization, eps)
    polynomial = np.eye(min(m, n))
    for start in range(0, steps, RESTART):
        if start:
            gram = _pass(_gram, [rows], rows.chunks, part.exponent, polynomial / divisor).total
        for step in range(start, min(start + RESTART, steps)):
            polynomial, gram = _step(polynomial, gram, *at(triples, step))
    dtype = W.dtype if W.dtype.kind == "f" or W.dtype.name == "bfloat16" else np.dtype(np.float64)
    applied = rows.map_blocks(_apply, part.exponent, polynomial / divisor, dtype=dtype, meta=np.empty((0, 0), dtype))
    return applied if m >= n else applied.T


def _first(part: Part, normalization: str, eps: float) -> tuple[float, Host]:
    """Return what the blocks scaled by 2^-exponent are divided by, and the Gram matrix of X_0."""
    if normalization == "none":
        divisor = float(np.ldexp(1.0, -part.exponent))
    elif normalization == "frobenius":
        divisor = float(np.sqrt(np.trace(part.total)) + np.ldexp(eps, -part.exponent))
    else:
        divisor = float(np.sqrt(np.linalg.norm(part.total, 2)) + np.ldexp(eps, -part.exponent))
    return divisor, part.total / divisor / divisor


def _step(polynomial: Host, gram: Host, a: float, b: float, c: float) -> tuple[Host, Host]:
    with quiet():
        factor = a * np.eye(len(gram)) + b * gram + (c * (gram @ gram) if c else 0.0)
        grown = factor @ gram @ factor
    return polynomial @ factor, (grown + grown.T) / 2


def _two_axes(function: str, argument: str, W: Array) -> tuple[int, int]:
    if W.ndim != 2 or np.isnan(W.shape).any():
        raise NotImplementedError(
            f"{function}: {argument} is a Dask array of shape {W.shape}; only two axes of known size can be read in "
            f"passes. Try {argument}.compute_chunk_sizes(), or one matrix at a time."
        )
    operand(function, argument, W._meta, check=False)  # the dtype rules, without reading anything
    return matrix_shape(function, argument, tuple(int(size) for size in W.shape))


def _tall(function: str, W: Array) -> Array:
    """Return W or its transpose, cut along the rows only."""
    rows = W if W.shape[0] >= W.shape[1] else W.T
    if rows.numblocks[1] != 1:
        short = 1 if rows is W else 0
        raise NotImplementedError(
            f"{function}: W is a Dask array with {rows.numblocks[1]} chunks along its short side (axis {short}); the "
            f"Gram matrix needs one. Try W.rechunk({{{short}: -1, {1 - short}: 'auto'}})."
        )
    return rows


def _pass(reduce: Callable[..., Part], arrays: Sequence[Array], chunks: Any, *extra: Any) -> Part:
    """Reduce every block once and add the parts up in a tree."""
    import dask

    offsets = [np.concatenate([[0], np.cumsum(sizes)[:-1]]) for sizes in chunks]
    blocks = [array.to_delayed() for array in arrays]
    job = dask.delayed(reduce, pure=True)
    constants = [dask.delayed(value) for value in extra]
    parts = [
        job(
            tuple(int(o[i]) for o, i in zip(offsets, place, strict=True)),
            *(b[place] for b in blocks),
            *constants,
        )
        for place in np.ndindex(blocks[0].shape)
    ]
    while len(parts) > 1:
        parts = [dask.delayed(_add)(parts[i : i + FAN_IN]) for i in range(0, len(parts), FAN_IN)]
    result: Part = parts[0].compute()
    return result


def _add(parts: Sequence[Part]) -> Part:
    exponent = max(part.exponent for part in parts)
    total = sum(np.ldexp(part.total, 2 * (part.exponent - exponent)) for part in parts)
    bad = min((part.bad for part in parts if part.bad is not None), default=None)
    return Part(exponent, np.asarray(total), bad)


def _difference(offset: tuple[int, int], left: Host, right: Host) -> Part:
    a, b = np.asarray(left).astype(np.float64), np.asarray(right).astype(np.float64)
    peak = max(np.abs(a).max(), np.abs(b).max())
    exponent = _exponent(peak)
    with quiet():
        gap = np.ldexp(a, -exponent) - np.ldexp(b, -exponent)
        return Part(exponent, np.sum(gap * gap), _first_bad(offset, peak, a, b))


def _gram(offset: tuple[int, int], block: Host, exponent: int | None = None, polynomial: Host | None = None) -> Part:
    x = np.asarray(block).astype(np.float64)
    peak = np.abs(x).max()
    own = _exponent(peak) if exponent is None else exponent
    with quiet():
        x_scaled = np.ldexp(x, -own)
        X = x_scaled if polynomial is None else x_scaled @ polynomial
        return Part(own, X.T @ X, _first_bad(offset, peak, x))


def _apply(block: Host, exponent: int, polynomial: Host) -> Host:
    return (np.ldexp(np.asarray(block).astype(np.float64), -exponent) @ polynomial).astype(
        block.dtype if block.dtype.kind == "f" or block.dtype.name == "bfloat16" else np.float64
    )


def _exponent(peak: float) -> int:
    """Return e with peak in [2^(e-1), 2^e); a zero block must not raise the scale of the others."""
    return int(np.frexp(peak)[1]) if peak > 0 and np.isfinite(peak) else -1074


def _first_bad(offset: tuple[int, int], peak: float, *blocks: Host) -> tuple[int, int] | None:
    if np.isfinite(peak):
        return None
    i, j = min(tuple(np.argwhere(~np.isfinite(x))[0]) for x in blocks if not np.isfinite(x).all())
    return offset[0] + int(i), offset[1] + int(j)


def _refuse(function: str, argument: str, part: Part, check: bool) -> None:
    if check and part.bad is not None:
        got = f"nan or inf at index {part.bad}"
        raise ValueError(sentence(function, argument, "be finite", got, "looking at where it came from"))


def _unscaled(part: Part) -> Host:
    with quiet():
        return np.asarray(np.ldexp(np.ldexp(part.total, part.exponent), part.exponent))


def _scalar(value: Any) -> Array:
    import dask.array as da

    return da.from_array(np.asarray(value, dtype=np.float64), chunks=())
