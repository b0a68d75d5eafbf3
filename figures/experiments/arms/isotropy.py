"""Isotropy without scale: the polar factor of every matrix, at the norm that the matrix has."""

from __future__ import annotations

import fire_ref

from .arm import Change, Moment
from .matrices import replaced


def change(moment: Moment) -> Change:
    """Make every matrix the isometry nearest to it, at its own norm."""
    return replaced(moment, lambda W, _: fire_ref.fire(W, gain="norm", layout="bOI"))
