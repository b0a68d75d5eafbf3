"""Newton-Schulz of many small matrices: as many at once as the cache holds, no array allocated within a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .moves import CONSTANT, FLOOR, LINEAR, OUTER, SLOPE, Move
from .pieces import Host, together

#: From this short side on matmul's own syrk, which it takes for A^T A of one array, is the faster, and with it two
#: steps as one polynomial, which are three of these and one product (float32, a thread of an Intel Xeon with AVX-512,
#: ten steps in microseconds, in pairs by syrk / one by one from a copy: 48: 102 / 60, 64: 273 / 161, 96: 487 / 367,
#: 128: 1141 / 1042, 160: 1715 / 1830). On Zen 4 a Gram matrix of 64 x 64 takes 4.4 / 5.4.
SYRK_FROM = 128


class _Square(NamedTuple):
    """A buffer for Gram matrices, and a view of their diagonals that can be written to."""

    matrices: Host
    diagonals: Host


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
    size = min(count, max(1, together(m, n, stack.itemsize) // 2))  # the buffers take their share of the cache
    images = np.empty((size, m, n), stack.dtype)
    squares = [np.empty((size, min(m, n), min(m, n)), stack.dtype) for _ in range(3)]
    for i in range(0, count, max(1, size)):
        matrices = stack[i : i + size]
        X, image = matrices, images[: len(matrices)]
        own = [_square(square[: len(matrices)]) for square in squares]
        for move in moves:
            polynomial = _polynomial(X, move, image, own)
            left, right = (X, polynomial) if m >= n else (polynomial, X)
            np.matmul(left, right, out=image)
            X, image = image, X
        if X is not matrices:
            matrices[...] = X


def _square(matrices: Host) -> _Square:
    return _Square(matrices, matrices.reshape(len(matrices), -1)[:, :: matrices.shape[-1] + 1])


def _polynomial(X: Host, move: Move, image: Host, own: Sequence[_Square]) -> Host:
    """Return q(G), where the move takes X to X q(G); the image may be overwritten."""
    (G, diagonals), (spare, _), _ = own
    a, b, c = move[0]
    if len(move) == 2:
        _gram(X, 1.0, image, G)
        return _pair(*own)
    if c == 0.0:
        _gram(X, b, image, G)
    else:
        _gram(X, 1.0, image, G)
        _squared(G, spare)
        spare *= c
        G *= b
        G += spare
    diagonals += a
    return G


def _gram(X: Host, factor: float, image: Host, out: Host) -> None:
    """Write X^T X (X X^T, if X is wide) times a factor."""
    copied = out.shape[-1] < SYRK_FROM
    other = np.multiply(X, factor, out=image) if copied else X
    if X.shape[-2] >= X.shape[-1]:
        np.matmul(other.swapaxes(-1, -2), X, out=out)
    else:
        np.matmul(X, other.swapaxes(-1, -2), out=out)
    if not copied and factor != 1.0:
        out *= factor


def _pair(gram: _Square, second: _Square, third: _Square) -> Host:
    """Evaluate the polynomial of two cubic steps; see `moves`. Its inner quadratic is a square and a constant."""
    (H, diagonals), (inner, inners), (outer, outers) = gram, second, third
    half = LINEAR / 2
    diagonals += half
    _squared(H, inner)
    inners += CONSTANT - half * half
    _squared(inner, outer)
    outer *= OUTER
    H *= SLOPE
    outer += H
    outers += FLOOR - SLOPE * half
    return outer


def _squared(A: Host, out: Host) -> None:
    """Square symmetric matrices; as A^T A, which matmul computes by one triangle."""
    np.matmul(A.swapaxes(-1, -2), A, out=out)
