"""Which map of singular values, and which factor, makes one block out of the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...tolerances import EPS
from ..converged import converged
from ..dialect import DIALECTS
from ..precision import Host
from .grading import tight
from .maps import MOST_STEPS, Map, maps
from .piece import Piece

#: Of two explanations the nearer to the declaration is taken, if it is at most so much worse.
ALIKE = 1.5
#: A map that stretches errors without limit would explain everything; what is right is far below this.
MOST = 0.02
#: Responses beyond this are no answer.
DIVERGED = 1e100
#: Our own singular vectors, in float64, of matrices of any size that was tried.
OWN = 512 * EPS["float64"]


class Explanation(NamedTuple):
    """
    A map that explains a block.

    Attributes
    ----------
    found : Map
        Of all that explain it equally well the nearest to the declaration.
    factors : ndarray, shape (stack,)
        What it was multiplied by.
    residual : float
        What remains, relative.
    rivals : tuple of Map
        All that explain it equally well.
    """

    found: Map
    factors: Host
    residual: float
    rivals: tuple[Map, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What became of each singular value, and all that is none of it."""

    piece: Piece

    @cached_property
    def table(self) -> tuple[Host, Host]:
        """The diagonal of U^T Y V for each matrix, shape (stack, p), and the norm of the rest, shape (stack,)."""
        found, Y = self.piece.told.factors, self.piece.Y
        D = np.swapaxes(found.U, -1, -2) @ Y @ np.swapaxes(found.Vh, -1, -2)
        d = np.diagonal(D, axis1=-2, axis2=-1).copy()
        outside = np.linalg.norm(Y - found.U @ D @ found.Vh, axis=(-2, -1))
        at = np.arange(d.shape[-1])
        D[..., at, at] = 0.0  # in place: these are as large as the largest tensor
        inside = np.linalg.norm(D, axis=(-2, -1))
        return d, np.hypot(inside, outside)

    def factors(self, response: Host) -> tuple[Host, float]:
        """Return the best factor of each matrix, and what remains of Y, relative to it."""
        d, rest = self.table
        square = np.sum(response**2, axis=-1)
        c = np.sum(d * response, axis=-1) / np.where(square > 0, square, 1.0)
        with np.errstate(all="ignore"):
            off = math.hypot(float(np.linalg.norm(d - c[:, None] * response)), float(np.linalg.norm(rest)))
            size = math.hypot(float(np.linalg.norm(d)), float(np.linalg.norm(rest)))
        return c, off / size if size and math.isfinite(off) else math.inf


def explain(piece: Piece) -> Explanation | None:
    """
    Find the map of singular values that made Y of W, up to one factor for each matrix.

    Parameters
    ----------
    piece : Piece
        Finite, not zero.

    Returns
    -------
    Explanation or None
        None where it is no known one; of equals the nearest to the declaration.
    """
    reading = Reading(piece)
    found = []
    d, rest = reading.table
    blurred = float(np.linalg.norm(rest)) > MOST * float(np.linalg.norm(d))  # no map of singular values at all
    for one in () if blurred else maps(piece):
        if not (np.abs(one.response) < DIVERGED).all():
            continue
        c, residual = reading.factors(one.response)
        if residual <= limit(piece, one.amplification):
            found.append(Explanation(one, c, residual))
    if found:
        least = min(one.residual for one in found)
        alike = [one for one in found if one.residual <= ALIKE * least + limit(piece, 1.0) / 4]
        # What has converged is explained by many numbers of steps, none of them better than none.
        converging = any(one.found.kind == "steps" and one.found.steps == MOST_STEPS for one in alike)
        exact = _exactly(piece, reading) if converging and alike[0].found.kind == "steps" else None
        return (exact or alike[0])._replace(rivals=tuple(one.found for one in alike))
    return _exactly(piece, reading)


def _exactly(piece: Piece, reading: Reading) -> Explanation | None:
    """Ask the definition of the polar factor: its distance grows with the condition, its residuals do not."""
    ones = (piece.told.factors.s > 0).astype(np.float64)
    c, residual = reading.factors(ones)
    if not (c[piece.alive] > 0).all():
        return None
    paper = DIALECTS["paper"]
    seen = piece.seen(np.where(piece.alive, c, 1.0), paper)
    if converged(seen, piece.dtype).status != "pass":
        return None
    exact = Map("exact", None, "the exact polar factor", ones, 1.0)
    return Explanation(exact, c, residual, (exact,))


def agrees(piece: Piece) -> bool:
    """
    Ask whether Y is what was declared, up to one factor for each matrix.

    Parameters
    ----------
    piece : Piece
        Finite, not zero.

    Returns
    -------
    bool
    """
    reading = Reading(piece)
    if piece.declared.dialect.exact:
        return _exactly(piece, reading) is not None
    return reading.factors(piece.told.response)[1] <= limit(piece, piece.told.amplification)


def limit(piece: Piece, amplification: float) -> float:
    """Return what may remain of a block that a map explains: rounding, its own and that of our decomposition."""
    return min(max(tight(piece, amplification), OWN), MOST)
