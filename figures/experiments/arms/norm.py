"""Scale without isotropy: every weight at the norm that exact FIRE would give it, its spectrum kept."""

from __future__ import annotations

from typing import Any

from .arm import Change, Moment, gain, replaced


def rescaled(W: Any) -> Any:
    """Return W times a number, with the norm of c Q, which is c times the root of the smaller side."""
    return W * (gain(W) * min(W.shape) ** 0.5 / W.norm())


def change(moment: Moment) -> Change:
    """Rescale every weight."""
    return replaced(moment, rescaled)
