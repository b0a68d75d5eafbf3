"""How much memory a plan takes beside the idle process, told before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from ..models.projecting import Job
from .orders import Make

#: What does not grow with tensors: headers, blocks in flight, strips of Gram matrices, what libraries load late.
FIXED = 100_000_000
_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
#: From this ratio of the sides on a matrix is long.
LONG = 8
#: Beside the weight: Newton-Schulz holds at most 2.2 arrays of its iteration's dtype, the result included.
ITERATED = 2.25
#: Of a long matrix it holds so many squares of the short side, or the result twice: a wide one is turned at the end.
SQUARES, TURNED = 5, 2
#: LAPACK's workspace for singular vectors, in squares of the short side; with QR before, where it pays.
WORK, WORK_QR, QR = 3.1, 4.1, 11 / 6
#: Arrays of a very long matrix while its factor is made orthonormal to the bound, U included.
VERY_LONG, TIGHTENED = 32, 5


def memory(orders: Iterable[Make]) -> int:
    """
    Bound the memory that orders take one after the other.

    Parameters
    ----------
    orders : iterable of Make
        All of them.

    Returns
    -------
    int
        Bytes beyond the idle process.
    """
    return FIXED + max((of_order(order) for order in orders), default=0)


def of_order(order: Make) -> int:
    """
    Bound what one tensor takes.

    Parameters
    ----------
    order : Make
        It.

    Returns
    -------
    int
        Bytes.
    """
    tensor = order.tensor
    one = tensor.size * _BYTES.get(tensor.dtype, 16)
    if order.initial is not None:
        return 2 * one + order.initial.size * _BYTES.get(order.initial.dtype, 16)
    if order.job is None:
        return one
    return one + max(_projected(order.job, block.shape, block.layout.order) for block in order.job.cut)


def _projected(job: Job, shape: tuple[int, ...], order: tuple[int, ...]) -> int:
    stored = _BYTES[job.tensor.dtype]
    entries = prod(shape)
    m, n = sorted((shape[order[-2]], shape[order[-1]]), reverse=True)
    runs_in = max(4, stored)
    moved = entries * stored  # rounded to the weight's dtype, or put in the order of its axes
    if job.way.exact:
        # In float64: the weight scaled, U and V, once in the caller's memory and of one matrix once in LAPACK's,
        # which adds its workspace; later U V and what is taken off it where it is very long.
        pairs = entries // (m * n)
        vectors = pairs * (m * n + n * n)
        work = WORK_QR if m >= QR * n else WORK
        during = entries + vectors + 2 * m * n + n * n + int(work * n * n)
        after = TIGHTENED * entries if m >= VERY_LONG * n else vectors + entries
        needed = max(8 * max(3 * entries, during, after), 16 * entries + moved)
    elif m >= LONG * n:
        needed = runs_in * max(TURNED * entries, entries + SQUARES * n * n)
    else:
        needed = int(ITERATED * runs_in * entries)
    if job.way.gain in ("norm", "mean"):
        needed = max(needed, 8 * 6 * entries + 2 * runs_in * entries)
    return needed + (moved if stored < 4 and not job.way.exact else 0)
