"""One rule of a recipe: which tensors it speaks of, and what becomes of them. Data, checked when it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..arguments import choice, count, real
from ..errors import sentence
from ..gains import parse as parse_gain
from ..prediction import MOST_STEPS
from ..reinit import METHODS

#: project: FIRE. reset: take the initial network's values. copy: take what became of another tensor. leave: nothing.
ACTIONS = ("project", "reset", "copy", "leave")
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
        """
        choice("Split", "axis", self.axis, (ROWS, COLUMNS))
        if self.shares == SQUARE:
            return
        if isinstance(self.shares, str) or not isinstance(self.shares, Iterable):
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


@dataclass(frozen=True)
class Rule:
    """
    One rule; of a recipe's rules the first that matches a tensor decides.

    Attributes
    ----------
    pattern : str
        A regular expression, searched for in the tensor's name.
    action : {"project", "reset", "copy", "leave"}
        FIRE; back to the initial network's values; what became of the tensor `source`; nothing.
    axes : frozenset of int, optional
        Only tensors with so many axes.
    owners : frozenset of str, optional
        Only tensors that such a kind of layer holds, where that is known (a live module); empty for none of them.
    unowned : bool
        Whether the rule also speaks of tensors whose layer is not known (a mapping, a file).
    beside : int, optional
        Only tensors whose neighbour called "weight" or "kernel" has so many axes: the biases of one kind of layer.
    layout : str, optional
        Of the weight, as in `fire`; default by its number of axes, or as the caller says.
    split : Split, optional
        Where a fused matrix is cut.
    groups : int
        Outputs of a grouped convolution are cut into so many blocks.
    gain : str or float
        As in `fire`.
    method : {"svd", "fast", "newton-schulz"}
        What computes the isometry.
    steps : int
        Of Newton-Schulz.
    eps : float
        Added to the norm.
    source : tuple of str
        For "copy": templates of a name (``\\1`` is the pattern's first group); the first that exists is copied.
    reason : str
        For "leave": why.
    """

    pattern: str = ""
    action: str = "project"
    axes: frozenset[int] | None = None
    owners: frozenset[str] | None = None
    unowned: bool = True
    beside: int | None = None
    layout: str | None = None
    split: Split | None = None
    groups: int = 1
    gain: str | float = "fan"
    method: str = "newton-schulz"
    steps: int = 10
    eps: float = 0.0
    source: tuple[str, ...] = ()
    reason: str = ""
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """
        Check the fields.

        Raises
        ------
        ValueError
            One of them is not what it must be.
        TypeError
            Likewise.
        """
        if not isinstance(self.pattern, str):
            raise TypeError(sentence("Rule", "pattern", "be a string", repr(self.pattern), "'fc'"))
        try:
            object.__setattr__(self, "_compiled", re.compile(self.pattern))
        except (re.error, RecursionError, OverflowError) as error:
            got = f"{self.pattern!r} ({error})"
            raise ValueError(sentence("Rule", "pattern", "be a regular expression", got, "'fc'")) from None
        choice("Rule", "action", self.action, ACTIONS)
        choice("Rule", "method", self.method, METHODS)
        parse_gain("Rule", self.gain)
        real("Rule", "eps", self.eps, least=0.0, advice="eps=0.0")
        for name, least in (("steps", 0), ("groups", 1)):
            count("Rule", name, getattr(self, name), least=least)
        if self.steps > MOST_STEPS:
            raise ValueError(sentence("Rule", "steps", f"be at most {MOST_STEPS}", self.steps, "method='svd'"))
        self._require_what_goes_together()

    def _require_what_goes_together(self) -> None:
        if (self.action == "copy") != bool(self.source):
            raise ValueError(sentence("Rule", "source", "stand where the action is 'copy'", repr(self.source), "()"))
        if self.split is not None and self.groups > 1:
            raise ValueError(sentence("Rule", "groups", "be 1 where there is a split", self.groups, "two rules"))
        letters = self.layout
        if letters is not None and not (
            isinstance(letters, str)
            and letters.isascii()
            and letters.isalpha()
            and len(set(letters)) == len(letters)
            and {"O", "I"} <= set(letters)
        ):
            rule = "be different ASCII letters, O and I among them"
            raise ValueError(sentence("Rule", "layout", rule, repr(letters), "'HWIO'"))

    def matches(self, name: str, axes: int, owner: str | None, neighbour: int | None) -> bool:
        """
        Say whether this rule speaks of a tensor.

        Parameters
        ----------
        name : str
            The tensor's.
        axes : int
            How many it has.
        owner : str or None
            The kind of layer that holds it, where known.
        neighbour : int or None
            The axes of the weight beside it.

        Returns
        -------
        bool
        """
        return (
            (self.axes is None or axes in self.axes)
            and (self.beside is None or neighbour == self.beside)
            and (self.unowned if owner is None else self.owners is None or owner in self.owners)
            and self._compiled.search(name) is not None
        )

    def sources(self, name: str) -> list[str]:
        """
        Return the names that a copy may be taken from, best first.

        Parameters
        ----------
        name : str
            Of a tensor that the rule matches.

        Returns
        -------
        list of str

        Examples
        --------
        >>> Rule("^target_(.*)$", "copy", source=(r"q_\\1",)).sources("target_fc.weight")
        ['q_fc.weight']
        """
        found = self._compiled.search(name)
        return [] if found is None else [found.expand(template) for template in self.source]
