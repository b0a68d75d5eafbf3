"""A schedule of steps as moves: one step each, or two cubic steps as one polynomial with one product less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..coefficients import Triple
from .pieces import Host
from .products import add_to_diagonal, mirror, squared

#: The steps of one move: one triple, or two.
Move: TypeAlias = tuple[Triple, ...]

CUBIC: Triple = (1.5, -0.5, 0.0)
PAIR: Move = (CUBIC, CUBIC)

# Two cubic steps take X to X q(G) with q of degree 4, which is
#     q = (1/16) (G^2 - 9/2 G + 27/8)^2 - 69/128 G + 1575/1024:
# two squares of symmetric matrices, where step by step a product with X and a Gram matrix are needed instead. With the
# spectrum of G in [0, 1] no term exceeds 2.25, the largest value of q: nothing is lost by cancellation.
LINEAR, CONSTANT = -9 / 2, 27 / 8
OUTER, SLOPE, FLOOR = 1 / 16, -69 / 128, 1575 / 1024


def moves(triples: Sequence[Triple], *, pairs: bool) -> list[Move]:
    """
    Group a schedule of steps into moves.

    Parameters
    ----------
    triples : sequence of (a, b, c)
        One per step.
    pairs : bool
        Whether two cubic steps may be one move: only where all singular values are in [0, 1].

    Returns
    -------
    list of tuple of triples

    Examples
    --------
    >>> [len(move) for move in moves([CUBIC] * 5, pairs=True)]
    [2, 2, 1]
    """
    found: list[Move] = []
    i = 0
    while i < len(triples):
        taken = 2 if pairs and tuple(triples[i : i + 2]) == PAIR else 1
        found.append(tuple(triples[i : i + taken]))
        i += taken
    return found


def evaluate(move: Move, G: Host, inner: Host, out: Host) -> float:
    """
    Write the upper triangle of q(G) without its constant term, where the move takes X to X q(G).

    Parameters
    ----------
    move : tuple of triples
        From `moves`.
    G : array, shape (n, n)
        Both triangles filled, if it is not a single cubic step.
    inner : array, shape (n, n)
        Overwritten by a pair.
    out : array, shape (n, n)
        May be G for a pair or a cubic step.

    Returns
    -------
    float
        The constant term.
    """
    a, b, c = move[0]
    if out is not G:
        out[...] = G
    if len(move) == 2:
        inner[...] = G
        squared(G, inner, beta=LINEAR)
        add_to_diagonal(inner, CONSTANT)
        mirror(inner)
        squared(inner, out, alpha=OUTER, beta=SLOPE)
        return FLOOR
    if c == 0.0:
        out *= out.dtype.type(b)
    else:
        squared(G, out, alpha=c, beta=b)
    return a
