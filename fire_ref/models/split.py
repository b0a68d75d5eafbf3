"""Where a fused matrix is cut."""

from __future__ import annotations

from dataclasses import dataclass

from ..arguments import choice, count
from ..errors import sentence

ROWS, COLUMNS, SQUARE = "rows", "columns", "square"


@dataclass(frozen=True)
class Split:
    """
    Where a fused matrix is cut: every block is a weight of its own, with its own gain.

    Attributes
    ----------
    axis : {"rows", "columns"}
        Of the tensor as it is stored: its first or second axis.
    shares : tuple of int, or "square"
        How large the blocks are, relative to each other: (1, 1, 1) for fused q, k, v; (32, 8, 8) for 32 query heads and
        8 key and value heads. "square": the first block is as long as the other axis, two equal ones share the rest,
        as in attention with grouped queries whose heads together are as wide as the network.

    Examples
    --------
    >>> Split("rows", (4, 1, 1)).edges((12, 8))
    (0, 8, 10, 12)
    >>> Split("rows", "square").edges((12, 8))
    (0, 8, 10, 12)
    """

    axis: str
    shares: tuple[int, ...] | str

    def __post_init__(self) -> None:
        """
        Check the fields.

        Raises
        ------
        ValueError
            Not such a split.
        TypeError
            A share that is no whole number.
        """
        choice("Split", "axis", self.axis, (ROWS, COLUMNS))
        if isinstance(self.shares, str) and self.shares == SQUARE:
            return
        if not isinstance(self.shares, (tuple, list)):
            rule = "be whole numbers, or 'square'"
            raise ValueError(sentence("Split", "shares", rule, repr(self.shares), "(1, 1, 1)"))
        shares = tuple(count("Split", "shares", share, least=1) for share in self.shares)
        if len(shares) < 2:
            raise ValueError(sentence("Split", "shares", "be two or more", repr(self.shares), "(1, 1, 1)"))
        object.__setattr__(self, "shares", shares)

    @property
    def place(self) -> int:
        """The axis as a number."""
        return 0 if self.axis == ROWS else 1

    def edges(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """
        Return where the blocks begin, and where the last one ends.

        Parameters
        ----------
        shape : tuple of int
            Of the tensor, two axes.

        Returns
        -------
        tuple of int

        Raises
        ------
        ValueError
            The sizes do not divide so; the message says only that.
        """
        length, other = shape[self.place], shape[1 - self.place]
        if isinstance(self.shares, str):
            left = length - other
            if left <= 0 or left % 2:
                raise ValueError(f"{length} {self.axis} in a square block of {other} and two equal ones")
            return 0, other, other + left // 2, length
        if length % sum(self.shares):
            raise ValueError(f"{length} {self.axis} in shares of {':'.join(map(str, self.shares))}")
        unit, edges = length // sum(self.shares), [0]
        for share in self.shares:
            edges.append(edges[-1] + share * unit)
        return tuple(edges)
