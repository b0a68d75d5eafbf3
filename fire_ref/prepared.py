"""An accepted stack made ready for exact work: in the wide dtype, its values checked, scaled by a power of two."""

from __future__ import annotations

from . import values
from .arrays import Array
from .operands import Operand
from .scaling import Scaled, normalise


def prepared(
    function: str,
    argument: str,
    w: Operand,
    stack: Array,
    *,
    check: bool,
    nonzero: str | None = None,
    together: int | None = None,
) -> Scaled:
    """
    Widen, check and scale the matrices of a stack.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices.
    check : bool
        Whether to look at the values.
    nonzero : str, optional
        What to try instead of a zero matrix; None allows zero.
    together : int, optional
        Stack axes from this one on share one scale; by default each matrix has its own.

    Returns
    -------
    Scaled
        In float64 (float32 where there is none).
    """
    xp = w.xp
    X = xp.astype(stack, w.wide)
    peak = values.peaks(w, X)
    if check:
        values.require(function, [(argument, w, peak)], nonzero=nonzero)
    if together is not None:
        peak = xp.max(peak, axis=tuple(range(together, peak.ndim)), keepdims=True)
    return normalise(xp, X, peak)
