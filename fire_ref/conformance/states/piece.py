"""A block of a weight, before and after, as stacks of matrices: what is judged, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod, sqrt
from typing import Any

import numpy as np

from ...models.blocks import Block
from ..case import Case
from ..dialect import Dialect
from ..evidence import Observation
from ..precision import Host
from ..targets.outcome import Outcome
from ..truth import Truth, frobenius, to_matrices, truth
from .declaring import Declared


@dataclass(frozen=True)
class Known(Observation):
    """An observation whose truth is known already: one decomposition serves all questions."""

    told: Truth | None = None

    @cached_property
    def input(self) -> Host:
        """The values before, in float64 already."""
        return self.given

    @cached_property
    def answer(self) -> Host:
        """The values after, in float64 already."""
        return self.outcome.values[0]

    def against(self, dialect: Dialect) -> Truth:
        """Return what some dialect says; the declared one has been asked."""
        if dialect is self.dialect and self.told is not None:
            return self.told
        return super().against(dialect)


@dataclass(frozen=True)
class Piece:
    """
    One block of a weight, all matrices of which are projected in one way.

    Attributes
    ----------
    name, tensor : str
        As "qkv.weight[rows 0:64]", "qkv.weight".
    W, Y : ndarray, shape (stack, rows, columns)
        Before and after; rows are outputs.
    declared : Declared
        What should have become of W.
    dtype : str
        The less precise of the two that they are stored in.
    shape : tuple of int
        Outputs, inputs, and the sizes of the spatial axes.
    """

    name: str
    tensor: str
    W: Host
    Y: Host
    declared: Declared
    dtype: str
    shape: tuple[int, ...]

    @property
    def area(self) -> int:
        """Taps of a kernel; 1 for a matrix."""
        return prod(self.shape[2:])

    @property
    def fan(self) -> float:
        """The gain of the paper: sqrt(outputs / inputs) / area."""
        return sqrt(self.shape[0] / self.shape[1]) / self.area

    @cached_property
    def told(self) -> Truth:
        """What the declared solver makes of W, before the gain."""
        return truth(self.W, self.declared.dialect, "matrix")

    @cached_property
    def alive(self) -> np.ndarray[Any, np.dtype[np.bool]]:
        """Which matrices of W are not zero."""
        return np.asarray(self.told.factors.s[:, 0] > 0)

    @cached_property
    def gains(self) -> Host:
        """The declared factor of each matrix, shape (stack,)."""
        found, response, gain = self.told.factors, self.told.response, self.declared.gain
        rows, columns = self.W.shape[-2:]
        if gain in ("norm", "mean"):
            size = frobenius(response)[:, 0]
            safe = np.where(size > 0, size, 1.0)
            kept = found.norms[:, 0] if gain == "norm" else np.sum(found.s * response, axis=-1) / safe
            return np.asarray(np.where(size > 0, kept / safe, 1.0))
        fixed = {"fan": self.fan, "muon": sqrt(max(1.0, rows / columns)), "moonshot": 0.2 * sqrt(max(rows, columns))}
        return np.full(len(self.W), fixed[gain] if isinstance(gain, str) else float(gain))

    def seen(self, factors: Host | None = None, dialect: Dialect | None = None) -> Known:
        """
        Return the block as the judges of single functions see it.

        Parameters
        ----------
        factors : ndarray, shape (stack,), optional
            What Y is divided by; default the declared gains.
        dialect : Dialect, optional
            Instead of the declared solver.

        Returns
        -------
        Known
        """
        divisor = self.gains if factors is None else factors
        with np.errstate(all="ignore"):
            Y = self.Y / divisor[:, None, None]
        case = Case(self.name, "a weight", self.W.shape, "given", self.dtype)
        outcome = Outcome("returned", (Y,), "numpy.ndarray", self.dtype, "cpu", Y.shape)
        other = self.declared.dialect if dialect is None else dialect
        return Known(case, self.W, outcome, other, "matrix", self.told if other is self.declared.dialect else None)

    def part(self, axis: int, begin: int, end: int) -> Piece:
        """Return rows (axis 0) or columns (axis 1) of every matrix as a piece of their own."""
        where = (slice(None), slice(begin, end)) if axis == 0 else (slice(None), slice(None), slice(begin, end))
        sizes = list(self.shape)
        sizes[axis] = end - begin
        name = f"{self.tensor}[{'rows' if axis == 0 else 'columns'} {begin}:{end}]"
        return replace(self, name=name, W=self.W[where], Y=self.Y[where], shape=tuple(sizes))


def piece(tensor: str, name: str, block: Block, W: Host, Y: Host, declared: Declared, dtype: str) -> Piece:
    """
    Take a block out of a tensor.

    Parameters
    ----------
    tensor, name : str
        What the tensor and the block are called.
    block : Block
        Where it lies.
    W, Y : ndarray
        The whole tensor before and after.
    declared : Declared
        What should have become of it.
    dtype : str
        That they are stored in.

    Returns
    -------
    Piece
    """
    layout = block.layout
    before, after = (to_matrices(block.take(np, array), layout, declared.flat) for array in (W, Y))
    sizes = [block.shape[layout.letters.index(letter)] for letter in "OI"]
    sizes += [block.shape[axis] for axis in layout.spatial]
    return Piece(name, tensor, before, after, declared, dtype, tuple(sizes))
