"""Tied tensors: one before, one after."""

from __future__ import annotations

from collections.abc import Sequence

from .comparing import same
from .mistake import Mistake
from .networks import Networks


def split(networks: Networks, names: Sequence[str]) -> list[Mistake]:
    """
    Compare the names of one tensor with each other.

    Parameters
    ----------
    networks : Networks
        Before and after.
    names : sequence of str
        Of one tensor before, those that are there after; the one that is judged first.

    Returns
    -------
    list of Mistake
        An error for each that is another than the first; a note for one that is equal in memory of its own, where the
        tensor was one memory before: the next step of training parts them.
    """
    first, found = names[0], []
    for name in names[1:]:
        one, other = networks.after[first], networks.after[name]
        if not same(one, other):
            found.append(Mistake("TIED_SPLIT", name, f"is no longer equal to {first!r}, to which it was tied"))
        elif _parted(networks, first, name):
            text = f"equals {first!r} in memory of its own; before they were one"
            found.append(Mistake("TIED_SPLIT", name, text, "note"))
    return found


def _parted(networks: Networks, first: str, name: str) -> bool:
    places = [state[one].place for state in (networks.before, networks.after) for one in (first, name)]
    return None not in places and places[0] == places[1] and places[2] != places[3]


def spokesman(networks: Networks, names: Sequence[str]) -> str:
    """
    Return the name whose values after are judged.

    Parameters
    ----------
    networks : Networks
        Before and after.
    names : sequence of str
        Of one tensor, those that are there after; the recipe's own first.

    Returns
    -------
    str
        The first that is not as it was: where a tie was split, the others are named for that.
    """
    moved = (one for one in names if networks.before[one].shape != networks.after[one].shape or _moved(networks, one))
    return next(moved, names[0]) if len(names) > 1 else names[0]


def _moved(networks: Networks, name: str) -> bool:
    return not same(networks.before[name], networks.after[name])
