"""A stack cut into pieces that stay in the cache: several small matrices, or some rows of a large one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Host = np.ndarray[Any, np.dtype[Any]]

#: Half a megabyte: a piece, its image and their Gram matrices then share a core's second-level cache.
BYTES = 2**19


def together(m: int, n: int, itemsize: int) -> int:
    """
    Return how many matrices make one piece: 0 if a single one is too large.

    Parameters
    ----------
    m, n : int
        The shape of each.
    itemsize : int
        Bytes of one entry.

    Returns
    -------
    int

    Examples
    --------
    >>> together(16, 16, 4), together(512, 512, 4)
    (512, 0)
    """
    return BYTES // (m * n * itemsize)


def pieces(stack: Host) -> Iterator[tuple[slice, slice]]:
    """
    Cut a stack (N, m, n): every entry lies in one piece.

    Parameters
    ----------
    stack : array, shape (N, m, n)
        Only its shape and dtype are read.

    Yields
    ------
    tuple of slice
        Matrices and rows.
    """
    count, m, n = stack.shape
    matrices = together(m, n, stack.itemsize)
    if matrices:
        for i in range(0, count, matrices):
            yield slice(i, i + matrices), slice(None)
        return
    rows = max(1, BYTES // (n * stack.itemsize))
    for i in range(count):
        for r in range(0, m, rows):
            yield slice(i, i + 1), slice(r, r + rows)
