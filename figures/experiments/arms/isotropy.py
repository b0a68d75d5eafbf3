"""Isotropy without scale: the polar factor of every weight, at the norm that the weight has."""

from __future__ import annotations

import fire_ref

from .arm import Change, Moment, replaced


def change(moment: Moment) -> Change:
    """Make every weight the isometry nearest to it, at its own norm."""
    return replaced(moment, lambda W: fire_ref.fire(W, gain="norm"))
