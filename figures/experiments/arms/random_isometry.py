"""FIRE without memory: isometries drawn uniformly (Haar), with the gain of exact FIRE."""

from __future__ import annotations

from typing import Any

import fire_ref

from .arm import Change, Moment, replaced


def change(moment: Moment) -> Change:
    """Draw every weight anew."""

    def drawn(W: Any) -> Any:
        # The polar factor of a Gaussian matrix has the uniform distribution.
        gaussian = moment.rng.standard_normal(tuple(W.shape))
        return W.new_tensor(fire_ref.fire(gaussian))

    return replaced(moment, drawn)
