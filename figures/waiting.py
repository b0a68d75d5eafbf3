"""A progress bar for the loops of a figure that take a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from fire_ref.cli.waiting import progress

Item = TypeVar("Item")


def watched(items: Sequence[Item], what: str) -> Iterator[Item]:
    """
    Go through the items, and show how far one is to whoever waits at a terminal.

    Parameters
    ----------
    items : sequence
        What to go through.
    what : str
        What is being done.

    Yields
    ------
    object
        Each item.
    """
    with progress() as tell:
        for place, item in enumerate(items):
            if tell is not None:
                tell(place, len(items), what)
            yield item
