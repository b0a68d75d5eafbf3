"""A weight as U diag(s) Vh, and the weight that other singular values make with the same vectors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arguments import matrix_shape
from ..arrays import Array, quiet, to_host
from ..layout import Layout
from ..operands import Operand, from_host, handed_back
from ..prepared import prepared
from .multiplier import Host


class Factors(NamedTuple):
    """One weight: its matrices as U diag(s) Vh, s on the host in the units of W."""

    w: Operand
    layout: Layout | None
    U: Array
    s: Host
    Vh: Array

    def rebuilt(self, v: Host, kept: Host) -> Array:
        """Return U diag(v) Vh in the shape and dtype of W; the matrices marked `kept` come back bit for bit."""
        xp = self.w.xp
        diagonal = from_host(v, self.w, self.w.wide)
        stack = (self.U * diagonal[..., None, :]) @ self.Vh
        whole = handed_back(self.w, stack if self.layout is None else self.layout.from_stack(xp, stack))
        if not kept.any():
            return whole
        flags = from_host(kept[..., None, None], self.w, xp.bool)
        stay = flags if self.layout is None else self.layout.from_stack(xp, flags)
        return xp.where(stay, self.w.array, whole)


def factors(function: str, argument: str, w: Operand, layout: Layout | None, check: bool) -> Factors:
    """
    Take one weight apart.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    w : Operand
        A matrix, a stack, or with a layout a weight tensor.
    layout : Layout or None
        None reads leading axes as a stack.
    check : bool
        Whether to look at the values.

    Returns
    -------
    Factors
    """
    matrix_shape(function, argument, w.shape)
    stack = w.array if layout is None else layout.to_stack(w.xp, w.array)
    scaled = prepared(function, argument, w, stack, check=check)
    U, s, Vh = w.xp.linalg.svd(scaled.array, full_matrices=False)
    first, second = (to_host(f).astype(np.float64)[..., 0] for f in (scaled.first, scaled.second))
    with quiet():
        return Factors(w, layout, U, to_host(s).astype(np.float64) / second / first, Vh)
