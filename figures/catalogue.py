"""What can be drawn: one line, the scale and the time of each figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias, cast

from .settings import Settings

#: Strings, numbers, None, lists and dicts of them: what JSON holds.
Data: TypeAlias = dict[str, Any]


class Entry(NamedTuple):
    """
    One figure.

    Attributes
    ----------
    about : str
        What it shows, in one line.
    scale : str
        On what.
    seconds : int
        About how long it takes on two cores, with the shipped weights.
    """

    about: str
    scale: str
    seconds: int


class Drawing(NamedTuple):
    """The two halves of a figure: `compute` gives plain data, `draw` only draws them."""

    compute: Callable[[Settings], Data]
    draw: Callable[[Data], Any]


FIGURES: Mapping[str, Entry] = {
    "fig6": Entry("SFE and DfI after each step, measured and predicted", "every layer, exact", 3),
}


def drawing(name: str) -> Drawing:
    """
    Import one figure.

    Parameters
    ----------
    name : str
        Of `FIGURES`.

    Returns
    -------
    Drawing
    """
    module = cast(Any, import_module(f"{__package__}.{name}"))
    return Drawing(module.compute, module.draw)
