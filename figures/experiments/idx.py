"""The idx format of MNIST and its relatives: a magic number, the sizes, then bytes, all big-endian."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

#: Bytes of one unsigned byte each; the last byte of the magic number is the number of axes.
MAGIC = b"\0\0\x08"


def parse(content: bytes, start: int = 0) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], int]:
    """
    Read one array.

    Parameters
    ----------
    content : bytes
        One file, or several that follow one another.
    start : int
        Where it begins.

    Returns
    -------
    array : ndarray of uint8
    end : int
        Where the next one begins.

    Raises
    ------
    ValueError
        It is not in this format, or cut short; the message says only that.
    """
    if content[start : start + 3] != MAGIC or len(content) < start + 4:
        raise ValueError("no idx file of unsigned bytes")
    axes = content[start + 3]
    first = start + 4 + 4 * axes
    if axes == 0 or len(content) < first:
        raise ValueError("an idx file without sizes")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", axes, start + 4))
    end = first + prod(shape)
    if len(content) < end:
        raise ValueError(f"an idx file cut short: {len(content) - first} bytes of {prod(shape)}")
    return np.frombuffer(content, np.uint8, prod(shape), first).reshape(shape), end
