"""Singular values for the closed forms: computed in the wide dtype, then handled on the host in float64."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import rank
from .arrays import Array, quiet, to_host
from .errors import sentence
from .operands import Operand
from .prepared import prepared
from .scaling import Scaled

Host = np.ndarray[Any, np.dtype[Any]]


class Spectrum(NamedTuple):
    """Singular values of a stack, scaled matrix by matrix by ``first * second`` (shape (..., 1))."""

    scaled: Host
    first: Host
    second: Host

    @property
    def restored(self) -> Host:
        """W's own singular values, shape (..., p); inf where they overflow."""
        with quiet():
            return np.asarray(self.scaled / self.second / self.first)

    @property
    def relative(self) -> Host:
        """W's singular values over one power of two for the whole stack, so that the largest lies near 1."""
        with quiet():
            top = np.unravel_index(np.argmax(self.restored[..., 0]), self.scaled.shape[:-1])
            return np.asarray(self.scaled * (self.second[top] / self.second) * (self.first[top] / self.first))

    def over(self, function: str, argument: str, gain: float) -> Host:
        """
        Return W's singular values over a gain, without a detour through what might overflow.

        Parameters
        ----------
        function, argument : str
            Where W was given.
        gain : float
            Positive.

        Returns
        -------
        ndarray, shape (..., p)

        Raises
        ------
        ValueError
            Float64 does not reach that far.
        """
        with quiet():
            unit = np.asarray(self.scaled * (2 * (0.5 / self.second / gain / self.first)))
        if np.isinf(unit).any():
            rule = f"have singular values that float64 can hold, over the gain {gain:g}"
            raise ValueError(sentence(function, argument, rule, "more than 1.8e308", "a larger gain, or a scaled W"))
        return unit

    def counted(self, rtol: float) -> Host:
        """Say which count as nonzero by the one rank rule, shape (..., p)."""
        return np.asarray(rank.nonzero(self.scaled, rtol))

    def normalised(self, normalization: str, eps: float = 0.0) -> Host:
        """Divide by the norm plus eps, as Newton-Schulz does; "none" returns the values themselves."""
        if normalization == "none":
            return self.restored
        s = self.scaled
        norm = np.sqrt(np.sum(s * s, axis=-1, keepdims=True)) if normalization == "frobenius" else s[..., :1]
        with quiet():
            return np.asarray(s / (norm + eps * self.first * self.second))


def singular_values(
    function: str, argument: str, w: Operand, stack: Array, *, check: bool, nonzero: str | None = None
) -> Spectrum:
    """
    Return the singular values of each matrix of a stack, on the host.

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

    Returns
    -------
    Spectrum
        float64, descending, shape (..., p).
    """
    scaled = prepared(function, argument, w, stack, check=check, nonzero=nonzero)
    return on_host(w.xp.linalg.svdvals(scaled.array), scaled)


def on_host(s: Array, scaled: Scaled) -> Spectrum:
    """
    Copy singular values and the scale they belong to to the host.

    Parameters
    ----------
    s : array, shape (..., p)
        Of the scaled matrices.
    scaled : Scaled
        What they were computed from.

    Returns
    -------
    Spectrum
    """
    first, second = (to_host(f).astype(np.float64)[..., 0] for f in (scaled.first, scaled.second))
    return Spectrum(to_host(s).astype(np.float64), first, second)
