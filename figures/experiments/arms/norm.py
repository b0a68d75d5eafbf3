"""Scale without isotropy: every matrix at the norm that exact FIRE would give it, its spectrum kept."""

from __future__ import annotations

from typing import Any

from .arm import Change, Moment
from .matrices import replaced


def rescaled(matrices: Any, gain: float) -> Any:
    """
    Return multiples of matrices.

    Parameters
    ----------
    matrices : tensor, shape (count, out, in)
        None of them zero.
    gain : float
        c.

    Returns
    -------
    tensor, shape (count, out, in)
        With the norm of c Q, which is c times the root of the smaller side.
    """
    return matrices * (gain * min(matrices.shape[-2:]) ** 0.5 / matrices.norm(dim=(-2, -1), keepdim=True))


def change(moment: Moment) -> Change:
    """Rescale every matrix."""
    return replaced(moment, rescaled)
