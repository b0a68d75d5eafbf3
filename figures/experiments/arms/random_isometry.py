"""FIRE without memory: isometries drawn uniformly (Haar), with the gain of exact FIRE."""

from __future__ import annotations

from typing import Any

import fire_ref

from .arm import Change, Moment
from .matrices import replaced


def change(moment: Moment) -> Change:
    """Draw every matrix anew."""

    def drawn(W: Any, c: float) -> Any:
        # The polar factor of a Gaussian matrix has the uniform distribution.
        gaussian = moment.rng.standard_normal(tuple(W.shape))
        return W.new_tensor(c * fire_ref.polar_factor(gaussian))

    return replaced(moment, drawn)
