"""What is tried: maps of singular values, nearest to the declaration first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..dialect import DIALECTS, Dialect
from ..hypotheses import POLYNOMIALS
from ..precision import Host
from ..truth import frobenius, normalised, respond
from .piece import Piece

#: Of the declared polynomial every number of steps so far, of others these: what their users take.
MOST_STEPS = 30
_OTHER_STEPS = (1, 2, 3, 4, 5, 6, 8, 10)


class Map(NamedTuple):
    """A map of singular values: its kind, steps, words, response (stack, p), and how it stretches errors."""

    kind: str
    steps: int | None
    text: str
    response: Host
    amplification: float


def maps(piece: Piece) -> Iterator[Map]:
    """
    List what is tried, nearest to the declaration first.

    Parameters
    ----------
    piece : Piece
        For its singular values and its declaration.

    Yields
    ------
    Map
        Kinds: "declared", "steps", "twice", "exact", "linear", "inverse", "shared", "norm", "coefficients".
    """
    found, dialect = piece.told.factors, piece.declared.dialect
    stepping = replace(DIALECTS["official"], eps=0.0) if dialect.exact else dialect
    start = normalised(found, stepping)
    if not dialect.exact:
        yield Map("declared", dialect.steps, "as declared", piece.told.response, piece.told.amplification)
    yield Map("linear", None, "W itself", found.s, 1.0)
    for k in range(1, MOST_STEPS + 1):
        if k != dialect.steps:
            yield _stepped("steps", f"{k} steps", start, stepping, k)
    if not dialect.exact:
        once = piece.told.response
        size = frobenius(once)
        again, stretch = respond(once / np.where(size > 0, size, 1.0), dialect)
        text = f"{dialect.steps} steps, and once more"
        yield Map("twice", dialect.steps, text, again, stretch * piece.told.amplification)
        # No rounding of an exact factor is one of these, but they are what it is near to.
        yield from _other_norms(piece, dialect)
    s = found.s
    if (s > 0).all():
        yield Map("inverse", None, "1/s", s[:, :1] / s, 1.0)
    for name, triples in POLYNOMIALS.items():
        if triples != stepping.triples:
            other = replace(stepping, coefficients=triples)
            for k in sorted({*_OTHER_STEPS, dialect.steps or 10}):
                yield _stepped("coefficients", f"{name}, {k} steps", start, other, k)


def _stepped(kind: str, text: str, start: Host, dialect: Dialect, steps: int) -> Map:
    response, stretch = respond(start, replace(dialect, steps=steps))
    return Map(kind, steps, text, response, stretch if math.isfinite(stretch) else 1.0)


def _other_norms(piece: Piece, dialect: Dialect) -> Iterator[Map]:
    found, k = piece.told.factors, dialect.steps or 0
    total = float(np.linalg.norm(found.norms))
    norms = [("none", "no norm", np.ones_like(found.norms)), ("norm", "the spectral norm", found.s[:, :1])]
    norms += [("shared", "one norm for all matrices", np.full_like(found.norms, total))] if len(found.s) > 1 else []
    for kind, text, norm in norms:
        yield _stepped(kind, text, found.s / np.where(norm > 0, norm, 1.0), dialect, k)
