"""A weight as U diag(s) Vh, and the weight that other singular values make with the same vectors."""

from __future__ import annotations

from typing import NamedTuple

from ..arguments import matrix_shape
from ..arrays import Array, contiguous
from ..layout import Layout
from ..operands import Operand, from_host, handed_back
from ..prepared import prepared
from ..scaling import Scaled
from ..spectrum import Spectrum, on_host
from .multiplier import Host


class Factors(NamedTuple):
    """One weight: its matrices as U diag(s) Vh, the spectrum on the host, scaled as the matrices were."""

    w: Operand
    layout: Layout | None
    U: Array
    spectrum: Spectrum
    Vh: Array
    scaled: Scaled

    def rebuilt(self, v: Host, kept: Host, *, scaled: bool) -> Array:
        """
        Return the weight with other singular values, in the shape and dtype of W.

        Parameters
        ----------
        v : ndarray, shape (..., p)
            In the units of W, or scaled as `spectrum` is.
        kept : ndarray of bool, shape (...)
            The matrices that come back bit for bit.
        scaled : bool
            Which of the two.

        Returns
        -------
        array
        """
        xp = self.w.xp
        with self.w.quiet():
            stack = (self.U * from_host(v, self.w, self.w.wide)[..., None, :]) @ self.Vh
            stack = self.scaled.restore(stack) if scaled else stack
        whole = handed_back(self.w, stack if self.layout is None else self.layout.from_stack(xp, stack))
        if kept.any():
            flags = from_host(kept[..., None, None], self.w, xp.bool)
            stay = flags if self.layout is None else self.layout.from_stack(xp, flags)
            whole = xp.where(stay, self.w.array, whole)
        return whole if self.layout is None else contiguous(whole)


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
    return Factors(w, layout, U, on_host(s, scaled), Vh, scaled)
