"""A point in the middle of the exact front between doing nothing and FIRE."""

from __future__ import annotations

import fire_ref

from .arm import Change, Moment, gain, replaced

#: Of each layer's own front, over its gain: at 1/2 the least change for its DfI takes every s/c to its cube root.
WEIGHT = 0.5


def change(moment: Moment) -> Change:
    """Relax every weight to this multiplier."""
    return replaced(moment, lambda W: fire_ref.relax(W, weight=WEIGHT, gain=gain(W)))
