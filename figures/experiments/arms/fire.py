"""FIRE, by the library on the live module: k Newton-Schulz steps, or the exact isometry; every weight is checked."""

from __future__ import annotations

from collections.abc import Callable

import fire_ref

from .arm import Change, Moment
from .checking import check


def steps(k: int) -> Callable[[Moment], Change]:
    """
    Take k steps.

    Parameters
    ----------
    k : int
        10 in the paper's vision experiments, 5 in its language ones.

    Returns
    -------
    callable
        From a moment to a change.
    """

    def change(moment: Moment) -> Change:
        new, report = fire_ref.reinitialize(moment.model, "official", steps=k)
        return Change(new, check(moment.model.state_dict(), new, report.changed, k))

    return change


def exact(moment: Moment) -> Change:
    """Take the polar factor itself."""
    new, report = fire_ref.reinitialize(moment.model, "official", method="svd")
    return Change(new, check(moment.model.state_dict(), new, report.changed, None))
