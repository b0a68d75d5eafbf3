"""Newton-Schulz of many small matrices: as many at once as the cache holds, no array allocated within a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .moves import CONSTANT, FLOOR, LINEAR, OUTER, SLOPE, Move
from .pieces import Host, pieces, together

#: From this short side on matmul's own syrk, which it takes for A^T A of one array, is the faster (float32, one Zen 4
#: thread, microseconds for a Gram matrix by syrk / from a copy: 16: .26 / .19, 32: .89 / .86, 48: 2.2 / 2.4,
#: 64: 4.4 / 5.4). Two steps as one polynomial, which are three of these and one product, pay from there on too.
SYRK_FROM = 48


class _Buffers(NamedTuple):
    """For as many matrices as one piece has: X's image, and three of the size of a Gram matrix."""

    image: Host
    gram: Host
    second: Host
    third: Host


def iterate(stack: Host, moves: Sequence[Move]) -> None:
    """
    Replace each matrix of a stack by what the moves take it to.

    Parameters
    ----------
    stack : array, shape (N, m, n)
        Row-major.
    moves : sequence of Move
        In their order.
    """
    count, m, n = stack.shape
    size, p = min(count, together(m, n, stack.itemsize)), min(m, n)
    shapes = ((size, m, n), *[(size, p, p)] * 3)
    buffers = _Buffers(*(np.empty(shape, stack.dtype) for shape in shapes))
    for matrices, _ in pieces(stack):
        X = stack[matrices]
        own = _Buffers(*(buffer[: len(X)] for buffer in buffers))
        for move in moves:
            polynomial = _polynomial(X, move, own)
            left, right = (X, polynomial) if m >= n else (polynomial, X)
            np.matmul(left, right, out=own.image)
            X, own = own.image, own._replace(image=X)
        if len(moves) % 2:  # the last iterate is in the buffer
            own.image[...] = X


def _polynomial(X: Host, move: Move, own: _Buffers) -> Host:
    """Return q(G), where the move takes X to X q(G)."""
    a, b, c = move[0]
    if len(move) == 2:
        return _pair(_gram(X, own), own)
    if c == 0.0:
        return _add_to_diagonals(_gram(X, own, b), a)
    G = _gram(X, own)
    fourth = _square(G, own.second)
    fourth *= c
    G *= b
    G += fourth
    return _add_to_diagonals(G, a)


def _gram(X: Host, own: _Buffers, factor: float = 1.0) -> Host:
    """Return X^T X (X X^T, if X is wide) times a factor."""
    if own.gram.shape[-1] >= SYRK_FROM:
        G = _product(X, X, own.gram)
        return G if factor == 1.0 else np.multiply(G, factor, out=G)
    return _product(np.multiply(X, factor, out=own.image), X, own.gram)


def _product(other: Host, X: Host, out: Host) -> Host:
    tall = X.shape[-2] >= X.shape[-1]
    left, right = (other.swapaxes(-1, -2), X) if tall else (X, other.swapaxes(-1, -2))
    return np.matmul(left, right, out=out)


def _pair(G: Host, own: _Buffers) -> Host:
    """Evaluate the polynomial of two cubic steps; see `moves`. Its inner quadratic is a square and a constant."""
    half = LINEAR / 2
    H = _add_to_diagonals(G, half)
    inner = _add_to_diagonals(_square(H, own.second), CONSTANT - half * half)
    outer = _square(inner, own.third)
    outer *= OUTER
    H *= SLOPE
    outer += H
    return _add_to_diagonals(outer, FLOOR - SLOPE * half)


def _square(A: Host, out: Host) -> Host:
    """Square symmetric matrices; as A^T A, which matmul computes by one triangle."""
    return np.matmul(A.swapaxes(-1, -2), A, out=out)


def _add_to_diagonals(A: Host, value: float) -> Host:
    A.reshape(len(A), -1)[:, :: A.shape[-1] + 1] += A.dtype.type(value)
    return A
