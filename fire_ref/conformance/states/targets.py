"""The tensors that a recipe leaves: all that was there before, and as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...checkpoints import Stored
from ...models.selection import Choice
from ...models.tying import KNOWN, ends_in
from ..record import Result
from .comparing import changed_by, numbers, readable, same, stored_in, within_a_rounding
from .mistake import Mistake
from .networks import Networks

#: Running statistics, and what they are in a new layer.
STATISTICS = re.compile(r"(?:^|[./])(running|moving)_(mean|var|variance)$|(?:^|[./])num_batches_tracked$")
#: The kind of action, in words.
DOES = {"project": "projects it", "reset": "puts it back", "copy": "copies to it", "leave": "leaves it"}


def names(networks: Networks) -> Iterator[Mistake]:
    """
    Compare the names of both networks.

    Parameters
    ----------
    networks : Networks
        Before and after.

    Yields
    ------
    Mistake
        WRONG_TARGETS for what is new, and for a missing weight that the recipe takes; NON_WEIGHT_CHANGED for another
        one that is missing. A second name of a tied tensor may come and go: files often keep it once.
    """
    for name in networks.missing:
        first = networks.decisions.first[name]
        if any(other in networks.after for other in networks.groups[first]):
            continue
        does = DOES[networks.choice(name).action]
        code = "NON_WEIGHT_CHANGED" if networks.choice(name).action == "leave" else "WRONG_TARGETS"
        yield Mistake(code, name, f"is missing in AFTER; recipe {networks.recipe.name!r} {does}")
    for name in networks.extra:
        if not _tied(networks, name):
            yield Mistake("WRONG_TARGETS", name, "is in AFTER only")


def _tied(networks: Networks, name: str) -> bool:
    """Whether a new name is the other end of a pair, and holds the same."""
    after = networks.after
    for pair in (*networks.recipe.tied, *KNOWN):
        for end, other in (pair, pair[::-1]):
            if ends_in(name, end) and any(ends_in(one, other) and same(after[name], after[one]) for one in after):
                return True
    return False


def shaped(networks: Networks, name: str) -> Iterator[Mistake]:
    """
    Compare shapes and dtypes of one tensor.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        In both.

    Yields
    ------
    Mistake
        SHAPE_CHANGED, DTYPE_CHANGED.
    """
    old, new = networks.before[name], networks.after[name]
    if old.shape != new.shape:
        yield Mistake("SHAPE_CHANGED", name, f"{new.shape}; before {old.shape}")
    elif old.dtype != new.dtype:
        yield Mistake("DTYPE_CHANGED", name, f"{new.dtype}; before {old.dtype}")


def left(networks: Networks, name: str) -> tuple[Result, list[Mistake]]:
    """
    Judge one tensor that should be as it was.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        In both, of one shape.

    Returns
    -------
    result : Result
    mistakes : list of Mistake
        WRONG_TARGETS for a weight, NON_WEIGHT_CHANGED for anything else.
    """
    old, new, choice = networks.before[name], networks.after[name], networks.choice(name)
    if same(old, new) or _only_stored_anew(old, new):
        return Result(name, "state.left", "pass"), []
    if STATISTICS.search(name) and _fresh(name, new):
        return Result(name, "state.left", "recorded", text="running statistics, begun anew"), []
    how = changed_by(old, new)
    result = Result(name, "state.left", "fail", text=how)
    weight = choice.layout is not None and len(old.shape) >= 2
    source = None if weight else _copied(networks, name)
    extra = (
        f"; it is now {source!r}, which the official code does not copy" if source else _like_initial(networks, name)
    )
    code = "WRONG_TARGETS" if weight else "NON_WEIGHT_CHANGED"
    return result, [Mistake(code, name, f"{how}; {_because(networks, choice)}{extra}")]


def _because(networks: Networks, choice: Choice) -> str:
    return f"recipe {networks.recipe.name!r} leaves it ({choice.reason})"


def _only_stored_anew(old: Stored, new: Stored) -> bool:
    """Whether the values differ by another dtype only, which has a mistake of its own."""
    if old.dtype == new.dtype or not (readable(old) and readable(new)):
        return False
    residual, bound = within_a_rounding(numbers(new), numbers(old), stored_in(old, new))
    return residual <= bound


def _fresh(name: str, new: Stored) -> bool:
    """Whether running statistics are those of a new layer: mean 0, variance 1, no batches."""
    if new.dtype == "none":
        return False
    try:
        values = np.asarray(numbers(new)) if new.raw is None or readable(new) else np.asarray(new.raw())
    except (TypeError, ValueError):
        return False
    return bool(np.all(values == (1.0 if name.endswith(("var", "variance")) else 0.0)))


def _copied(networks: Networks, name: str) -> str:
    """Return the tensor whose copy this is now, where a later rule of the recipe would copy it."""
    sources = copy_sources(networks, name)
    return next((source for source in sources if same(networks.after[source], networks.after[name])), "")


def copy_sources(networks: Networks, name: str) -> list[str]:
    """
    Return what a tensor would be copied from, had no earlier rule of the recipe left it.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        A tensor that the recipe leaves.

    Returns
    -------
    list of str
        Names that are there after.
    """
    tensor = networks.before[name]
    rules = [rule for rule in networks.recipe.rules if rule.action == "copy"]
    found = [one for rule in rules if rule.matches(name, len(tensor.shape), None, None) for one in rule.sources(name)]
    return [one for one in found if one in networks.after and one != name]


def _like_initial(networks: Networks, name: str) -> str:
    """Say that a tensor was put back which should not have been."""
    initial = networks.initial.get(name)
    return "; it has its initial values" if initial is not None and same(initial, networks.after[name]) else ""


def uncopied(networks: Networks, name: str) -> list[Mistake]:
    """
    Note a tensor that keeps its values although its network gets those of another one.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        A tensor that the recipe leaves, as it was.

    Returns
    -------
    list of Mistake
        At most one note, NOT_COPIED; none where both are equal anyway.
    """
    if networks.choice(name).action != "leave":
        return []
    for source in copy_sources(networks, name)[:1]:
        if not same(networks.after[source], networks.after[name]):
            text = f"differs from {source!r}: {networks.choice(name).reason}"
            return [Mistake("NOT_COPIED", name, text, "note")]
    return []
