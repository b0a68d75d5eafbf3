"""The two questions about one block: is it what was declared, and is it the exact factor?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...tolerances import EPS, faithful_bound
from ..converged import Convergence, converged, steps_for
from ..dialect import DIALECTS
from ..faithful import judge
from ..precision import HALVES, coarser
from .nullspace import Rest, after_factor, after_steps
from .piece import Piece

#: Half of the spacing of float16's subnormal numbers.
_LEAST = 2.0**-25
#: A response below this has not arrived.
ARRIVED = 0.99


class Grade(NamedTuple):
    """
    How a block was judged.

    Attributes
    ----------
    status : str
        "pass", "fail", "inconclusive"; "coarse" where it is further off than one rounding to its half precision, and
        within what computing in that precision makes of the declared map.
    residual, bound : float or None
        Relative to what was declared; None where there was no finite answer.
    convergence : Convergence or None
        Of the exact factor; None where there was no finite answer, or nothing to converge to.
    steps_needed : int or None
        Steps of the dialect that would converge, where it has not.
    text : str
        What else there is to say.
    outside : bool
        Whether all that is wrong lies where BEFORE is zero.
    """

    status: str
    residual: float | None
    bound: float | None
    convergence: Convergence | None
    steps_needed: int | None = None
    text: str = ""
    outside: bool = False


def grade(piece: Piece) -> Grade:
    """
    Judge one block.

    Parameters
    ----------
    piece : Piece
        Finite before.

    Returns
    -------
    Grade
    """
    if not np.isfinite(piece.Y).all():
        bad = int((~np.isfinite(piece.Y)).sum())
        return Grade("fail", None, None, None, text=f"{bad} of {piece.Y.size} numbers are not finite")
    dialect = piece.declared.dialect
    bound = tight(piece, piece.told.amplification) + 2 * piece.told.slack
    computing = coarser(piece.dtype, dialect.computes)
    rest = after_factor(piece) if dialect.exact else after_steps(piece, computing, bound)
    if not piece.alive.any():
        status, told = "pass" if rest.ratio <= 1 else "fail", "stays zero" if not piece.Y.any() else "is completed"
        text = f"a zero weight {told}" if status == "pass" else _beyond(rest)
        return Grade(status, rest.size, rest.bound, None, text=text)
    seen = piece.seen()
    found = converged(seen, piece.dtype)
    if rest.ratio > 1:  # the rest of the answer may still be right, and does not make up for it
        worse = found._replace(ratio=max(found.ratio, rest.ratio))
        right = deviation(piece) <= bound or (found.status if dialect.exact else _loose(piece, computing)[0]) != "fail"
        return Grade("fail", rest.size, rest.bound, worse, None, _beyond(rest), right)
    needed = steps_for(seen, dialect, piece.dtype) if found.status == "fail" else None
    if dialect.exact:
        return Grade(found.status, found.ratio, 1.0, found, needed)
    residual = deviation(piece)
    if residual <= bound:
        return Grade("pass", residual, bound, found, needed)
    status, residual, bound = _loose(piece, computing)
    return Grade(status, residual, bound, found, needed)


def _loose(piece: Piece, computing: str) -> tuple[str, float, float]:
    """Judge the active subspace by what computing in some dtype makes of the dialect: status, residual, bound."""
    dialect = piece.declared.dialect
    loose = judge(piece.seen(), dialect, computing, active=True)
    stored_only = piece.dtype in HALVES and EPS[dialect.computes or "float64"] < EPS[piece.dtype]
    status = "coarse" if loose.status == "pass" and stored_only else loose.status
    return status, loose.residual, loose.bound


def _beyond(rest: Rest) -> str:
    return f"{rest.text} of BEFORE: off by {rest.size:.3g} after the gain, where {rest.bound:.2g} is allowed"


def deviation(piece: Piece) -> float:
    """Return ||Y / gain - T||_F / ||T||_F."""
    with np.errstate(all="ignore"):
        off = float(np.linalg.norm(piece.Y / piece.gains[:, None, None] - piece.told.value))
        size = float(np.linalg.norm(piece.told.value))
    found = off / size if size else off
    return found if math.isfinite(found) else math.inf


def tight(piece: Piece, amplification: float) -> float:
    """
    Bound the relative deviation where half precision only stores.

    Parameters
    ----------
    piece : Piece
        For its dtype and its size.
    amplification : float
        Of the map that is compared with.

    Returns
    -------
    float
        Of float32 and float64 the bound of every k-step implementation. Of half precision that of float32, and one
        rounding: half a unit of every number, or half the spacing of subnormal ones.
    """
    if piece.dtype not in HALVES:
        return faithful_bound(EPS[piece.dtype], amplification)
    size = float(np.linalg.norm(piece.Y))
    least = _LEAST * math.sqrt(piece.Y.size) / size if piece.dtype == "float16" and size else 0.0
    return faithful_bound(EPS["float32"], amplification) + EPS[piece.dtype] / 2 + least


def lag(piece: Piece) -> float:
    """Return the smallest response of a nonzero singular value: 1 where all have arrived."""
    found = piece.told
    keep = found.factors.s > found.factors.s[:, :1] * EPS["float64"] * max(piece.W.shape[-2:])
    return float(np.min(found.response[keep])) if keep.any() else 1.0


def downcast(piece: Piece) -> str:
    """
    Name a half precision whose rounding explains a deviation in a wider dtype.

    Parameters
    ----------
    piece : Piece
        Not as declared in its own dtype.

    Returns
    -------
    str
        "" where none does.
    """
    dialect = piece.declared.dialect
    stepping = DIALECTS["official"] if dialect.exact else dialect
    for dtype in ("float32", "float16", "bfloat16"):
        if EPS[dtype] <= EPS[piece.dtype]:
            continue
        if dialect.exact:
            found = converged(piece.seen(), dtype)
            if found.status == "pass" and after_factor(replace(piece, dtype=dtype)).ratio <= 1:
                return dtype
        elif judge(piece.seen(), stepping, dtype).status == "pass":
            return dtype
    return ""
