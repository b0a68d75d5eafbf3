"""Full reset: everything is what it was before the first task."""

from __future__ import annotations

from .arm import Change, Moment


def change(moment: Moment) -> Change:
    """Return the initial state, weights, biases and buffers."""
    return Change(moment.initial)
