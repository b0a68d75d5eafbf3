"""Newton-Schulz of one long matrix by its Gram matrix: the polynomial accumulated n x n, and applied once a segment."""

from __future__ import annotations

from collections.abc import Sequence

from .moves import Move, evaluate
from .pieces import Host
from .products import add_to_diagonal, gram, mirror, multiply, multiply_commuting, squared

#: Buffers of n x n that `iterate` needs.
SQUARES = 4


def iterate(X: Host, segments: Sequence[Sequence[Move]], squares: Sequence[Host], scratch: Host) -> None:
    """
    Replace X by what the moves take it to.

    Parameters
    ----------
    X : array, shape (m, n), m >= n
        Row-major.
    segments : sequence of sequence of Move
        From `segments.segments`: between two of them the Gram matrix is computed anew, from X.
    squares : sequence of 4 arrays, shape (n, n)
        Buffers from `products.square`.
    scratch : array, shape (r, n)
        Row-major.
    """
    G, P = squares[:2]
    for segment in segments:
        gram(X, G)
        mirror(G)
        _accumulate(P, G, segment, squares[2:], scratch)
        multiply(X, P, 1.0, 0.0, scratch)


def _accumulate(P: Host, G: Host, segment: Sequence[Move], spare: Sequence[Host], scratch: Host) -> None:
    """Write q_k(G_k) ... q_1(G_1), where G_1 is G and each next is q(G) G q(G): all of them commute."""
    inner, Q = spare
    for i, move in enumerate(segment):
        add_to_diagonal(Q, evaluate(move, G, inner, Q))
        mirror(Q)
        if i:
            multiply_commuting(P, Q, scratch)
        else:
            P[...] = Q
        if i + 1 < len(segment):
            squared(Q, inner)
            mirror(inner)
            multiply_commuting(G, inner, scratch)
