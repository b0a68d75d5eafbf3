"""What an audit found, as data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..models import Row
from ..spectrum import Host
from ..tradeoff import Front
from .curve import front_of, layers
from .totals import Totals, fired

#: Points of the front that a page and the JSON carry.
POINTS = 40


@dataclass(frozen=True)
class Findings:
    """
    What `audit` found; the fields of `Audit`.

    Attributes
    ----------
    source : str
        The file, or what was given instead.
    recipe : str or None
        Which tensors "fire" stands for; None for every weight.
    steps : tuple of int
        That were foretold.
    rows : tuple of Row
        One for each weight, in the network's order.
    skipped : dict of str to str
        Every other tensor, and why it was not audited.
    totals : Totals
        Sums over the network.
    sentences : tuple of str
        What the numbers say, in plain words.
    spectra : dict of str to ndarray
        Singular values of each row, (matrices, p) float64; empty for a refused one.
    """

    source: str
    recipe: str | None
    steps: tuple[int, ...]
    rows: tuple[Row, ...]
    skipped: dict[str, str]
    totals: Totals
    sentences: tuple[str, ...]
    spectra: dict[str, Host] = field(repr=False, compare=False)

    @cached_property
    def front(self) -> Front:
        """The network's exact front, each layer at its own gain, from doing nothing to exact FIRE."""
        return front_of(layers([(self.spectra[row.name], row.gain) for row in fired(self.rows)]), POINTS)


def plain(value: Any) -> Any:
    """
    Turn nested data into what JSON holds: keys are strings, what is not finite is None.

    Parameters
    ----------
    value : object
        Dicts, lists, tuples, and what stands in them.

    Returns
    -------
    object

    Examples
    --------
    >>> plain({5: (1.0, float("inf"))})
    {'5': [1.0, None]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
