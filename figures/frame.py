"""What differs between figures of experiments: claims, words, and how each draws learning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .catalogue import Data
from .experiments.claims import CLAIMS, Claim


class Frame(NamedTuple):
    """
    What differs between figures of experiments.

    Attributes
    ----------
    name : str
        Of `plans.PLANS`.
    titles : mapping of str to str
        Of the panels that may be there.
    about : callable
        From the data to what was trained, and what is drawn: the caption's beginning, without a full stop.
    learning : callable
        Draws the arms of a panel into the left axes.
    labels : tuple of str
        Below the three columns.
    lacking : tuple of str
        Of what makes a panel evidence (figures/README.md), what this one is without by its design.
    told : tuple of int
        Claims of each panel that the caption repeats, of further ones as of the last; the table has all.
    claims : tuple of Claim
        What the runs are held against.
    old : callable
        From an arm's data and a look to what is known of the old task, in the right axes.
    """

    name: str
    titles: Mapping[str, str]
    about: Callable[[Data], str]
    learning: Callable[[Any, Data], None]
    labels: tuple[str, str, str]
    lacking: tuple[str, ...]
    told: tuple[int, ...] = (5,)
    claims: tuple[Claim, ...] = CLAIMS
    old: Callable[[Data, str], float | None] = lambda one, look: one["old"].get(look)

    def title(self, panel: str) -> str:
        """Return a panel's title as a sentence begins."""
        told = self.titles.get(panel, panel)
        return told[0].upper() + told[1:]
