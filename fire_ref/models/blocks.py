"""The blocks of a weight that are projected by themselves: fused matrices cut apart, groups of a convolution."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_lowercase
from typing import NamedTuple

from ..arrays import Array, Namespace
from ..errors import sentence
from ..layout import Layout
from .rule import Rule

#: A letter for the groups; a layout that has it takes the next.
_GROUP = f"g{ascii_lowercase}"


class Block(NamedTuple):
    """
    One block: entries `begin` to `end` of an axis of the tensor, seen in a layout.

    Attributes
    ----------
    label : str
        What tells it from the others, "" for a whole weight.
    axis, begin, end : int
        Where it lies.
    shape : tuple of int
        Of the block as `layout` reads it.
    layout : Layout
        With a letter more than the tensor has axes where there are groups.
    """

    label: str
    axis: int
    begin: int
    end: int
    shape: tuple[int, ...]
    layout: Layout

    def take(self, xp: Namespace, array: Array) -> Array:
        """Return the block of a tensor (a view where the library can)."""
        whole = self.end - self.begin == array.shape[self.axis]
        part = array if whole else array[(*(slice(None),) * self.axis, slice(self.begin, self.end), ...)]
        return part if tuple(part.shape) == self.shape else xp.reshape(part, self.shape)


def blocks(function: str, name: str, shape: tuple[int, ...], layout: Layout, rule: Rule | None) -> tuple[Block, ...]:
    """
    Cut a weight as a rule says.

    Parameters
    ----------
    function, name : str
        Who asks, and the tensor's name.
    shape : tuple of int
        Of the tensor.
    layout : Layout
        Of the tensor.
    rule : Rule or None
        None cuts nothing.

    Returns
    -------
    tuple of Block
        In the order in which they lie; together they are the tensor.

    Raises
    ------
    ValueError
        The sizes do not divide as the rule says.

    Examples
    --------
    >>> from fire_ref.layout import parse
    >>> from fire_ref.models.split import Split
    >>> shape = (12, 4)
    >>> [block.label for block in blocks("f", "qkv", shape, parse("f", "OI", shape), Rule(split=Split("rows", (1, 2))))]
    ['rows 0:4', 'rows 4:12']
    """
    if rule is not None and rule.split is not None:
        return _cut(function, name, shape, layout, rule)
    if rule is not None and rule.groups > 1:
        return (_grouped(function, name, shape, layout, rule.groups),)
    return (Block("", 0, 0, shape[0], shape, layout),)


def put_together(xp: Namespace, cut: Sequence[Block], parts: Sequence[Array], shape: tuple[int, ...]) -> Array:
    """
    Undo `Block.take` of all blocks.

    Parameters
    ----------
    xp : namespace
        Of the arrays.
    cut : sequence of Block
        From `blocks`.
    parts : sequence of array
        What became of each.
    shape : tuple of int
        Of the tensor.

    Returns
    -------
    array, of that shape
    """
    if len(parts) == 1:
        whole = parts[0]
        return whole if tuple(whole.shape) == shape else xp.reshape(whole, shape)
    return xp.concat(list(parts), axis=cut[0].axis)


def _cut(function: str, name: str, shape: tuple[int, ...], layout: Layout, rule: Rule) -> tuple[Block, ...]:
    assert rule.split is not None, "the caller looked"
    if len(shape) != 2:
        raise ValueError(sentence(function, name, "have two axes to be cut", f"shape {shape}", "a rule without split"))
    try:
        edges = rule.split.edges(shape)
    except ValueError as error:
        raise ValueError(sentence(function, name, "be cut as its rule says", error, "other shares")) from None
    axis = rule.split.place
    found = []
    for begin, end in pairwise(edges):
        size = (end - begin, shape[1]) if axis == 0 else (shape[0], end - begin)
        found.append(Block(f"{rule.split.axis} {begin}:{end}", axis, begin, end, size, layout))
    return tuple(found)


def _grouped(function: str, name: str, shape: tuple[int, ...], layout: Layout, groups: int) -> Block:
    axis = layout.letters.index("O")
    if shape[axis] % groups:
        got = f"{shape[axis]} outputs in {groups} groups"
        raise ValueError(sentence(function, name, "be cut as its rule says", got, "other groups"))
    letter = next(letter for letter in _GROUP if letter not in layout.letters)
    letters = layout.letters.replace("O", f"{letter}O")
    size = (*shape[:axis], groups, shape[axis] // groups, *shape[axis + 1 :])
    return Block("", axis, 0, shape[axis], size, Layout(letters))
