"""
The polar factor of a Dask array by TSQR: one pass now, one when it is computed, and no block meets another.

Each block is factored by Householder's QR, the R factors are stacked and factored again, in a tree, down to one R of
the size of the short side. Its polar factor is carried back down the tree, and every block of the result is its own
block's Q times what arrives there. Orthonormal to rounding at any rank, as no step divides by a singular value
(Demmel, Grigori, Hoemmen and Langou 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array, home, quiet
from ..tightening import tightened
from .passes import FAN_IN, Host, exponent_of, first_bad, refuse_at, result_dtype, tall, two_axes

#: Rows of a block over its columns, at least: what is kept of each block, its R and its share of the tree, is then a
#: sixteenth of it.
SLENDER = 32


class Factor(NamedTuple):
    """The R of one block, or of several, over ``2^exponent``; and the first index that is not finite."""

    exponent: int
    R: Host
    bad: tuple[int, int] | None


def polar_factor(W: Array, check: bool) -> Array:
    """
    Return the polar factor of a Dask array, lazily.

    Parameters
    ----------
    W : dask.array.Array, 2-D
        One chunk along its short side.
    check : bool
        Whether to refuse NaN and inf.

    Returns
    -------
    dask.array.Array
        Shape and dtype of W (integers become float64); along the long side, chunks of at least 32 times the short one.

    Raises
    ------
    ValueError
        W is not finite.
    NotImplementedError
        Several chunks along the short side.
    """
    import dask
    import dask.array as da

    two_axes("polar_factor", "W", W)
    rows, turned = tall("polar_factor", W)
    rows = slender(rows)
    blocks = rows.to_delayed().ravel()
    places = np.concatenate([[0], np.cumsum(rows.chunks[0])[:-1]])
    job = dask.delayed(factored, pure=True)
    # Persisted on a cluster they would be lost: Dask drops futures from graphs that are built on them.
    parts = dask.compute(*(job(int(place), block) for place, block in zip(places, blocks, strict=True)))
    bad = min((part.bad for part in parts if part.bad is not None), default=None)
    refuse_at("polar_factor", "W", bad, check, turned)
    n, dtype = rows.shape[1], result_dtype(W)
    turn = dask.delayed(applied, pure=True)
    pieces = [
        da.from_delayed(turn(block, part, share, dtype), (int(size), n), meta=np.empty((0, 0), dtype))
        for block, part, share, size in zip(blocks, parts, carried(parts), rows.chunks[0], strict=True)
    ]
    Q = da.concatenate(pieces, axis=0)
    return Q.T if turned else Q


def slender(rows: Array) -> Array:
    """
    Put blocks together until each has at least `SLENDER` times as many rows as columns.

    Parameters
    ----------
    rows : dask.array.Array, shape (m, n)
        Cut along the rows only.

    Returns
    -------
    dask.array.Array
        The same, or one block if it is not that long.
    """
    least = SLENDER * rows.shape[1]
    joined: list[int] = []
    for size in rows.chunks[0]:
        if joined and joined[-1] < least:
            joined[-1] += int(size)
        else:
            joined.append(int(size))
    if len(joined) > 1 and joined[-1] < least:
        last = joined.pop()
        joined[-1] += last
    return rows.rechunk({0: tuple(joined)})


def carried(parts: Sequence[Factor]) -> list[Host]:
    """
    Factor the R factors together, and carry the polar factor of the last one back to each.

    Parameters
    ----------
    parts : sequence of Factor
        At least one.

    Returns
    -------
    list of ndarray
        For each, what its Q is to be multiplied by; all of them, stacked, have orthonormal columns.
    """
    if len(parts) == 1:
        return [_orthogonal(parts[0].R)]
    groups = [parts[i : i + FAN_IN] for i in range(0, len(parts), FAN_IN)]
    nodes = [_together(group) for group in groups]
    above = carried([node for node, _ in nodes])
    found = []
    for (_, Q), share, group in zip(nodes, above, groups, strict=True):
        with quiet():
            found += np.split(Q @ share, np.cumsum([len(part.R) for part in group])[:-1])
    return found


def factored(place: int, block: Host) -> Factor:
    """
    Return the R factor of a block, at the scale of its own largest magnitude.

    Parameters
    ----------
    place : int
        The row of the whole array it begins at.
    block : ndarray, shape (rows, n)
        Of any real dtype.

    Returns
    -------
    Factor
        R of shape (min(rows, n), n), float64.
    """
    x, peak = _read(block)
    with quiet():
        R = np.asarray(np.linalg.qr(np.ldexp(x, -exponent_of(peak)), mode="r"))
    return Factor(exponent_of(peak), R, first_bad((place, 0), peak, x))


def applied(block: Host, part: Factor, share: Host, dtype: Any) -> Host:
    """
    Return a block of the result.

    Parameters
    ----------
    block : ndarray, shape (rows, n)
        Of W.
    part : Factor
        What `factored` made of it.
    share : ndarray, shape (min(rows, n), n)
        From `carried`.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray, shape (rows, n)
    """
    x, peak = _read(block)
    with quiet():
        Q, R = np.linalg.qr(np.ldexp(x, -exponent_of(peak)))
        Q = tightened(home(Q)[0], Q)
        if not np.array_equal(R, part.R, equal_nan=True):
            # Another machine or thread count rounds differently, and the R of an ill-conditioned block with it.
            Q = Q @ _orthogonal(R @ part.R.T)
        return np.asarray((Q @ share).astype(dtype))


def _read(block: Host) -> tuple[Host, float]:
    x = np.asarray(block).astype(np.float64)
    return x, float(np.abs(x).max(initial=0.0))


def _together(group: Sequence[Factor]) -> tuple[Factor, Host]:
    top = max(part.exponent for part in group)
    with quiet():
        Q, R = np.linalg.qr(np.concatenate([np.ldexp(part.R, part.exponent - top) for part in group]))
    return Factor(top, R, None), Q


def _orthogonal(R: Host) -> Host:
    """Return the polar factor of a small matrix."""
    if not np.isfinite(R).all():  # only without checks
        return np.full_like(R, np.nan)
    U, _, Vh = np.linalg.svd(R, full_matrices=False)
    return np.asarray(U @ Vh)
