"""Which rule a wrong factor follows."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from ..diagnosis.stacks import FACTORS
from ..gain import BY_SHAPE
from ..precision import Host
from .piece import Piece

#: Rules by which the layout (in, out) shows, on matrices and on kernels.
_TURNED = ("sqrt(i/o)", "sqrt(max(1, i/o))")


def wrong_factor(piece: Piece, factors: Host, response: Host, room: float) -> tuple[str, str, float] | None:
    """
    Name the mistake in a factor.

    Parameters
    ----------
    piece : Piece
        Whose answer is right but for it.
    factors : ndarray, shape (stack,)
        Measured.
    response : ndarray, shape (stack, p)
        Of the map that the factors belong to.
    room : float
        Relative deviation that is none.

    Returns
    -------
    (code, evidence, confidence) or None
        None where the factors are the declared ones.
    """
    alive = piece.alive
    if _agree(factors[alive], piece.gains[alive], room):
        return None
    shown, told = _apart(factors[alive], piece.gains[alive])
    if (factors[alive] < 0).any():
        return "SIGN_FLIPPED", f"multiplied by {shown}; declared {told}", 0.9
    for name, code, values in _rules(piece, response):
        if _agree(factors[alive], values[alive], room):
            return code, f"multiplied by {name} = {shown}; declared {told}", 0.95
    return "WRONG_GAIN", f"multiplied by {shown}, by no known rule; declared {told}", 0.7


def _rules(piece: Piece, response: Host) -> Iterator[tuple[str, str, Host]]:
    o, i, *spatial = piece.shape
    many, turned = len(piece.W), piece.declared.gain == "fan"
    if len(spatial) == 2 and piece.area > 1:
        for name, code, rule in FACTORS:
            yield name, code, np.full(many, rule(o, i, *spatial))
    elif piece.area > 1:
        yield "sqrt(o/i)", "MISSING_KERNEL_AREA", np.full(many, sqrt(o / i))
        yield "sqrt(o/i)/sqrt(area)", "GAIN_KERNEL_SIDE", np.full(many, sqrt(o / i / piece.area))
    for name, by_shape in BY_SHAPE.items():
        code = "LAYOUT_IN_OUT" if turned and name in _TURNED else "WRONG_GAIN"
        yield name, code, np.full(many, by_shape(o, i))
    found = piece.told.factors
    size = np.linalg.norm(response, axis=-1)
    yield "the norm of W over its own", "WRONG_GAIN", found.norms[:, 0] / np.where(size > 0, size, 1.0)
    yield "the mean singular value", "WRONG_GAIN", np.mean(found.s, axis=-1)


def _agree(one: Host, other: Host, room: float) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(one / other - 1) <= room))


def _apart(found: Host, wanted: Host) -> tuple[str, str]:
    """Write two factors with as many digits as tell them apart."""
    for digits in range(4, 17):
        shown, told = _shown(found, digits), _shown(wanted, digits)
        if shown != told:
            break
    return shown, told


def _shown(values: Host, digits: int) -> str:
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.{digits}g}" if np.isclose(low, high, rtol=1e-3) else f"{low:.{digits}g} to {high:.{digits}g}"
