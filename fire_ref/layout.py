"""
From a weight tensor to the stack of matrices that FIRE acts on, and back.

A layout names every axis with one ASCII letter. O and I are the rows (outputs) and columns (inputs) of each
matrix; other capitals are spatial, and every spatial position is a matrix; lower case is batch. It is never
guessed from sizes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from .arrays import Array, Namespace
from .errors import sentence

DEFAULTS = {2: "OI", 4: "OIHW", 5: "OIDHW"}


@dataclass(frozen=True)
class Layout:
    """A checked layout: one letter per axis."""

    letters: str
    #: Axes named in lower case.
    batch: tuple[int, ...] = field(init=False, repr=False, compare=False)
    #: Axes named by a capital other than O and I.
    spatial: tuple[int, ...] = field(init=False, repr=False, compare=False)
    #: The permutation that puts the stack's axes (batch, then spatial) first, then O, then I.
    order: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the axes once; not by cached_property, whose lock in Python 3.11 no graph capture passes."""
        rows, columns = self.letters.index("O"), self.letters.index("I")
        batch = tuple(i for i, letter in enumerate(self.letters) if letter.islower())
        spatial = tuple(i for i, letter in enumerate(self.letters) if letter.isupper() and i not in (rows, columns))
        for name, axes in (("batch", batch), ("spatial", spatial), ("order", (*batch, *spatial, rows, columns))):
            object.__setattr__(self, name, axes)

    @property
    def positions(self) -> tuple[int, ...]:
        """The stack's axes: batch, then spatial, each in the order of the letters."""
        return self.batch + self.spatial

    def to_stack(self, xp: Namespace, W: Array) -> Array:
        """Return W as a stack of O x I matrices (a view where the library can)."""
        return xp.permute_dims(W, self.order)

    def from_stack(self, xp: Namespace, stack: Array) -> Array:
        """Undo `to_stack`."""
        inverse = tuple(self.order.index(axis) for axis in range(len(self.order)))
        return xp.permute_dims(stack, inverse)

    def fan_gain(self, shape: tuple[int, ...]) -> float:
        """Return sqrt(|O| / |I|) / area, with area the product of the spatial axes (official code, `fire.py`)."""
        outputs, inputs = shape[self.letters.index("O")], shape[self.letters.index("I")]
        return float((outputs / inputs) ** 0.5 / prod([shape[i] for i in self.spatial]))


def parse(function: str, layout: object, shape: tuple[int, ...], argument: str = "W") -> Layout:
    """
    Check a layout against a shape, or take the default of that many axes.

    Parameters
    ----------
    function : str
        Who asks.
    layout : str or None
        None for the default: "OI", "OIHW", "OIDHW" for 2, 4, 5 axes.
    shape : tuple of int
        Of the weight tensor.
    argument : str
        The tensor's argument name.

    Returns
    -------
    Layout

    Raises
    ------
    ValueError
        No default, or the letters do not fit.
    TypeError
        Not a string.

    Examples
    --------
    >>> parse("fire", None, (64, 3, 5, 5)).positions
    (2, 3)
    >>> parse("fire", "HWIO", (5, 5, 3, 64)).order
    (0, 1, 3, 2)
    """
    if layout is None:
        return _default(function, shape, argument)
    if not isinstance(layout, str):
        raise TypeError(sentence(function, "layout", "be a string such as 'OIHW'", repr(layout), "layout=None"))
    rule = f"be {len(shape)} different ASCII letters, O and I among them"
    fits = layout.isascii() and layout.isalpha() and len(set(layout)) == len(layout) == len(shape)
    if not (fits and "O" in layout and "I" in layout):
        example = repr(DEFAULTS.get(len(shape), "bOI"))
        raise ValueError(sentence(function, "layout", rule, f"{layout!r} for shape {shape}", example))
    return Layout(layout)


def _default(function: str, shape: tuple[int, ...], argument: str) -> Layout:
    letters = DEFAULTS.get(len(shape))
    if letters is None:
        advice = (
            "layout='bOI' for a stack of matrices or 'OIW' for a conv1d kernel"
            if len(shape) == 3
            else "a layout with one letter per axis"
        )
        rule = "have 2, 4 or 5 axes where no layout is given"
        raise ValueError(sentence(function, argument, rule, f"shape {shape}", advice))
    return Layout(letters)
