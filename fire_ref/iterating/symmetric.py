"""Newton-Schulz of one matrix, tall or square: a Gram matrix by one triangle, its polynomial applied in place."""

from __future__ import annotations

from collections.abc import Sequence

from .moves import Move, evaluate
from .pieces import Host
from .products import gram, mirror, multiply, multiply_twice


def iterate(X: Host, moves: Sequence[Move], squares: Sequence[Host], scratch: Host) -> None:
    """
    Replace X by what the moves take it to.

    Parameters
    ----------
    X : array, shape (m, n), m >= n
        Row-major.
    moves : sequence of Move
        In their order.
    squares : sequence of arrays, shape (n, n)
        One buffer or two from `products.square`. A pair needs two; a step with c costs n^2 m flops more with one.
    scratch : array, shape (r, n)
        Row-major, r at least 2; at most r rows of X are replaced at a time.
    """
    G, other = squares[0], squares[-1]
    for move in moves:
        gram(X, G)
        a, b, c = move[0]
        if len(move) == 1 and c == 0.0:
            multiply(X, G, b, a, scratch)
            continue
        if len(squares) == 1:
            multiply_twice(X, G, move[0], scratch)
            continue
        mirror(G)
        polynomial = G if len(move) == 2 else other
        constant = evaluate(move, G, other, polynomial)
        multiply(X, polynomial, 1.0, constant, scratch)
