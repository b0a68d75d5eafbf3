"""SFE and DfI of Dask arrays, each in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import same_shape
from ..arrays import Array, is_dask, quiet
from ..errors import sentence
from ..gram import defect, long_side
from .passes import Host, Part, exponent_of, first_bad, gram_part, one_pass, refuse, tall, two_axes


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
        two_axes("sfe", name, value)
    same_shape("sfe", ("W", "V"), W.shape, V.shape)
    V = V.rechunk(W.chunks)
    part = one_pass(_difference, [W, V], W.chunks)
    refuse("sfe", "W and V", part, check)
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
    m, n = two_axes("dfi", "W", W)
    rows, turned = tall("dfi", W)
    part = one_pass(gram_part, [rows], rows.chunks)
    refuse("dfi", "W", part, check, turned=turned)
    with quiet():
        mantissa, exponent = np.frexp(gain)
        ratio = np.ldexp(np.full((1, 1), 1 / mantissa), part.exponent - exponent)
        value = defect(np, part.total, np.eye(min(m, n)), ratio * ratio)
    return _scalar(value[0, 0] + long_side(m, n, side))


def _difference(offset: tuple[int, int], left: Host, right: Host) -> Part:
    a, b = np.asarray(left).astype(np.float64), np.asarray(right).astype(np.float64)
    peak = np.maximum(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))  # unlike max(), keeps a nan
    exponent = exponent_of(peak)
    with quiet():
        gap = np.ldexp(a, -exponent) - np.ldexp(b, -exponent)
        return Part(exponent, np.sum(gap * gap), first_bad(offset, peak, a, b))


def _unscaled(part: Part) -> Host:
    with quiet():
        return np.asarray(np.ldexp(np.ldexp(part.total, part.exponent), part.exponent))


def _scalar(value: Any) -> Array:
    import dask.array as da

    return da.from_array(np.asarray(value, dtype=np.float64), chunks=())
