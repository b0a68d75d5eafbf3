"""One pass over the blocks of Dask arrays: each block reduced once, the parts added up in a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arguments import matrix_shape
from ..arrays import FLOATS, Array, dtype_name, quiet
from ..errors import sentence
from ..operands import operand

Host = np.ndarray[Any, np.dtype[Any]]

FAN_IN = 8


class Part(NamedTuple):
    """What one block, or several, come to: ``total * 4^exponent``, and the first index that is not finite."""

    exponent: int
    total: Host
    bad: tuple[int, int] | None


def two_axes(function: str, argument: str, W: Array) -> tuple[int, int]:
    """
    Accept a 2-D Dask array of NumPy blocks and known size, by the dtype rules of every function.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    W : dask.array.Array
        The array; nothing of it is read.

    Returns
    -------
    tuple of int
        (m, n).

    Raises
    ------
    NotImplementedError
        Other than two axes, an unknown size, or blocks of another library.
    """
    if W.ndim != 2 or np.isnan(W.shape).any():
        raise NotImplementedError(
            f"{function}: {argument} is a Dask array of shape {W.shape}; only two axes of known size can be read in "
            f"passes. Try {argument}.compute_chunk_sizes(), or one matrix at a time."
        )
    if type(W._meta) is not np.ndarray:
        raise NotImplementedError(
            f"{function}: {argument} is a Dask array of {type(W._meta).__name__} blocks; only NumPy's are read in "
            f"passes. Try {argument}.map_blocks(numpy.asarray)."
        )
    operand(function, argument, W._meta, check=False)  # the dtype rules, without reading anything
    return matrix_shape(function, argument, tuple(int(size) for size in W.shape))


def tall(function: str, W: Array) -> tuple[Array, bool]:
    """
    Return W or its transpose, whichever is cut along the rows only, and whether it is the transpose.

    Parameters
    ----------
    function : str
        Who asks.
    W : dask.array.Array
        Two axes.

    Returns
    -------
    rows : dask.array.Array
        Tall or square.
    turned : bool

    Raises
    ------
    NotImplementedError
        Several chunks along the short side.
    """
    turned = W.shape[0] < W.shape[1] or (W.shape[0] == W.shape[1] and W.numblocks[0] == 1 != W.numblocks[1])
    rows = W.T if turned else W
    if rows.numblocks[1] != 1:
        short = 0 if turned else 1
        raise NotImplementedError(
            f"{function}: W is a Dask array with {rows.numblocks[1]} chunks along its short side (axis {short}); the "
            f"Gram matrix needs one. Try W.rechunk({{{short}: -1, {1 - short}: 'auto'}})."
        )
    return rows, turned


def one_pass(reduce: Callable[..., Part], arrays: Sequence[Array], chunks: Any, *extra: Any) -> Part:
    """
    Reduce every block once and add the parts up in a tree.

    Parameters
    ----------
    reduce : callable
        ``reduce((row, column), *blocks, *extra) -> Part``, the index being that of the block's first entry.
    arrays : sequence of dask.array.Array
        Of equal chunks; read block by block together.
    chunks : tuple of tuple of int
        Their chunks.
    *extra : object
        The same for every block.

    Returns
    -------
    Part
    """
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
    with quiet():
        total = sum(np.ldexp(part.total, 2 * (part.exponent - exponent)) for part in parts)
    bad = min((part.bad for part in parts if part.bad is not None), default=None)
    return Part(exponent, np.asarray(total), bad)


def gram_part(
    offset: tuple[int, int], block: Host, exponent: int | None = None, polynomial: Host | None = None
) -> Part:
    """Reduce a block, scaled by its own power of two or a given one, to its (polynomial's) Gram matrix."""
    x = np.asarray(block).astype(np.float64)
    peak = np.abs(x).max(initial=0.0)
    own = exponent_of(peak) if exponent is None else exponent
    with quiet():
        X = np.ldexp(x, -own) if polynomial is None else np.ldexp(x, -own) @ polynomial
        return Part(own, X.T @ X, first_bad(offset, peak, x))


def exponent_of(peak: float) -> int:
    """
    Return e with peak in [2^(e-1), 2^e), at least -1000 so that 2^-e exists.

    Parameters
    ----------
    peak : float
        Zero, for a block that must not raise the scale of the others, gives the least.

    Returns
    -------
    int
    """
    return max(int(np.frexp(peak)[1]), -1000) if peak > 0 and np.isfinite(peak) else -1000


def first_bad(offset: tuple[int, int], peak: float, *blocks: Host) -> tuple[int, int] | None:
    """Return the index, in the whole array, of a block's first value that is not finite."""
    if np.isfinite(peak):
        return None
    i, j = min(tuple(np.argwhere(~np.isfinite(x))[0]) for x in blocks if not np.isfinite(x).all())
    return offset[0] + int(i), offset[1] + int(j)


def refuse(function: str, argument: str, part: Part, check: bool, *, turned: bool = False) -> None:
    """
    Refuse NaN and inf that a pass has met.

    Parameters
    ----------
    function, argument : str
        Where the array was given.
    part : Part
        What the pass came to.
    check : bool
        Whether to refuse at all.
    turned : bool
        The pass read the transpose.

    Raises
    ------
    ValueError
        Names the first index.
    """
    refuse_at(function, argument, part.bad, check, turned)


def refuse_at(function: str, argument: str, bad: tuple[int, int] | None, check: bool, turned: bool) -> None:
    """
    Refuse NaN and inf at an index.

    Parameters
    ----------
    function, argument : str
        Where the array was given.
    bad : (int, int) or None
        Where; None for nowhere.
    check : bool
        Whether to refuse at all.
    turned : bool
        The index is that of the transpose.

    Raises
    ------
    ValueError
        Names the index.
    """
    if check and bad is not None:
        got = f"nan or inf at index {bad[::-1] if turned else bad}"
        raise ValueError(sentence(function, argument, "be finite", got, "looking at where it came from"))


def result_dtype(block: Array) -> np.dtype[Any]:
    """Return the dtype of a result: that of the blocks, float64 for integers."""
    return np.dtype(block.dtype if dtype_name(block) in FLOATS else np.float64)
