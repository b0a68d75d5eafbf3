r"""
Where a weight was cut: the boundaries are read off W and Y, without trying them one by one.

If rows a:b were treated by themselves, by whatever map of singular values, then Y_ab = U p(S) V^T and
Y_ab W_ab^T = U p(S) S U^T is symmetric. Between rows of different blocks it is not, unless p is linear. So the
antisymmetric part of Y W^T vanishes on the blocks and nowhere else; of Y^T W likewise for columns.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ...tolerances import EPS
from ..precision import Host
from .piece import Piece

#: Rows that each row is compared with; more tell no more.
REFERENCES = 64
#: Blocks of so few rows, or so many blocks, are no partition.
FEWEST, MOST = 2, 64


def boundaries(piece: Piece, axis: int) -> tuple[int, ...] | None:
    """
    Find the contiguous blocks of rows or columns that were treated one by one.

    Parameters
    ----------
    piece : Piece
        All of a weight; of a stack the first matrix that is not zero is looked at.
    axis : {0, 1}
        Rows (outputs) or columns (inputs).

    Returns
    -------
    tuple of int or None
        Where blocks begin, and where the last one ends; (0, n) where it was not cut. None where there is no order.
    """
    first = int(np.argmax(piece.alive))
    W, Y = piece.W[first], piece.Y[first]
    if axis == 1:
        W, Y = W.T, Y.T
    limit = max(4 * EPS[piece.dtype], math.sqrt(EPS["float32"]))
    edges = [0]
    while edges[-1] < len(W):
        edges.append(_end(W, Y, edges[-1], limit))
        if len(edges) > MOST + 1:
            return None
    return tuple(edges) if min(b - a for a, b in pairwise(edges)) >= min(FEWEST, len(W)) else None


def _end(W: Host, Y: Host, begin: int, limit: float) -> int:
    """Return where the block ends that begins there: the first row that is out of tune with those before it."""
    n = len(W)
    some = slice(begin, min(begin + REFERENCES, n))
    left, right = Y[some] @ W[begin:].T, W[some] @ Y[begin:].T
    sizes = [np.linalg.norm(A, axis=1) for A in (Y[some], W[begin:], W[some], Y[begin:])]
    scale = (np.outer(sizes[0], sizes[1]) + np.outer(sizes[2], sizes[3])) / math.sqrt(W.shape[1])
    off = np.abs(left - right) / np.where(scale > 0, scale, 1.0)
    # Row j is compared with the references before it; those are all in its block, or the block has ended.
    before = np.arange(len(off))[:, None] < np.arange(n - begin)[None, :]
    many = np.maximum(before.sum(axis=0), 1)
    rms = np.sqrt(np.sum(np.where(before, off, 0.0) ** 2, axis=0) / many)
    out = np.flatnonzero(rms > limit)
    return begin + int(out[0]) if len(out) else n


def equal_parts(edges: tuple[int, ...]) -> int:
    """Return into how many equal parts a length was cut; 0 where they are not equal."""
    sizes = {b - a for a, b in pairwise(edges)}
    return len(edges) - 1 if len(sizes) == 1 else 0
