"""Which way a stack goes, by its shape alone: batches, symmetric products or the Gram form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from ..arrays import DType
from ..coefficients import Triple
from ..operands import Operand
from . import batches, elongated, symmetric
from .moves import moves
from .pieces import Host, together
from .products import square
from .segments import segments
from .starting import start

#: Below this short side one matrix by itself gains nothing.
ALONE_FROM = 48
#: Below this short side batches are the faster (float32, one Zen 4 thread, two cubic steps of n x n in milliseconds,
#: batch / one by one: 128: .16 / .17, 192: .40 / .44, 256: 1.2 / .97, where matmul's syrk falls behind SciPy's).
BATCHED_BELOW = 224
#: From this ratio of the sides on the Gram form is the faster: for five steps of m x n it costs 12 n^3 + 3 m n^2 flops,
#: symmetric products 12.5 to 15 m n^2.
LONG = 2
#: Arrays of the weight's size that may exist beside it.
MEMORY = 2.2
#: Rows that are replaced at a time, where memory allows: from here on BLAS is within 1 % of its full speed (96: 7 %).
ROWS = 192


def gains(shape: tuple[int, ...], dtype: DType) -> bool:
    """
    Say whether `run` serves: not half precision, and not one small matrix, whose plain steps cost as little.

    Parameters
    ----------
    shape : tuple of int
        Of the stack.
    dtype : dtype
        To iterate in.

    Returns
    -------
    bool

    Examples
    --------
    >>> gains((5, 3), np.float32), gains((9, 5, 3), np.float32)
    (False, True)
    """
    if np.dtype(dtype).name not in ("float32", "float64"):
        return False
    *stack, m, n = shape
    alone = prod(stack) == 1 and together(m, n, np.dtype(dtype).itemsize) > 0
    return not (alone and min(m, n) < ALONE_FROM)


def run(
    w: Operand,
    stack: Host,
    dtypes: tuple[DType, DType],
    triples: Sequence[Triple],
    normalization: str,
    eps: float,
    require: Callable[[Host], None],
) -> Host:
    """
    Return X_k of a stack, k the number of triples.

    Parameters
    ----------
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices.
    dtypes : tuple of dtype
        To divide by the norm in, and to iterate in.
    triples : sequence of (a, b, c)
        One per step.
    normalization, eps, require
        As for `starting.start`.

    Returns
    -------
    array, shape (..., m, n)
        New memory, row-major, in the iteration's dtype.
    """
    m, n = stack.shape[-2:]
    small = min(m, n) < BATCHED_BELOW and together(m, n, np.dtype(dtypes[1]).itemsize) > 0
    turned = m < n and not small
    X = start(w, stack.swapaxes(-1, -2) if turned else stack, dtypes[0], normalization, eps, require)
    X = X.astype(dtypes[1], copy=False)
    flat = X.reshape(-1, *X.shape[-2:])
    bounded = normalization != "none"
    if small:
        batches.iterate(flat, moves(triples, pairs=bounded and min(m, n) >= batches.SYRK_FROM))
    elif triples:
        _one_by_one(flat, triples, bounded=bounded)
    return np.ascontiguousarray(X.swapaxes(-1, -2)) if turned else X


def _one_by_one(flat: Host, triples: Sequence[Triple], *, bounded: bool) -> None:
    """Iterate tall matrices in place; bounded: their singular values start in [0, 1]."""
    count, m, n = flat.shape
    rows = min(ROWS, max(2, ROWS // 2, count * m * 3 // 16))
    room = (MEMORY - 1) * count * m / n - rows / n  # in n x n matrices
    scratch = np.empty((rows, n), flat.dtype)
    long = bounded and m >= LONG * n and room >= elongated.SQUARES
    squares = [square(n, flat.dtype) for _ in range(elongated.SQUARES if long else 2 if room >= 2 else 1)]
    if long:
        cut = segments(triples, n)
        for X in flat:
            elongated.iterate(X, cut, squares, scratch)
        return
    planned = moves(triples, pairs=bounded and len(squares) == 2)
    for X in flat:
        symmetric.iterate(X, planned, squares, scratch)
