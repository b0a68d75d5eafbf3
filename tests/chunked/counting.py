"""A Dask array that counts how often its blocks are read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backends import available

Host = np.ndarray[Any, np.dtype[Any]]


def blocks_counted(da: Any, W: Host, rows: int) -> tuple[Any, Callable[[], int]]:
    """Return W in blocks of so many rows, and a function that says how many blocks have been read so far."""
    delayed = available("dask").delayed
    reads, lock = [0], threading.Lock()

    def read(start: int) -> Host:
        with lock:
            reads[0] += 1
        return W[start : start + rows]

    starts = range(0, len(W), rows)
    parts = [da.from_delayed(delayed(read)(i), W[i : i + rows].shape, dtype=W.dtype) for i in starts]
    return da.concatenate(parts), lambda: reads[0]
