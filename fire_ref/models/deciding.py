"""What a recipe does with every tensor of a network, decided before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..checkpoints import Stored
from .recipe import Recipe
from .selection import Choice, choose, parts
from .tying import Equal, same_bytes, ties

#: Of the names of one tensor, the one whose choice is the strongest speaks for all.
_STRENGTH = {"project": 0, "reset": 1, "copy": 2, "leave": 3}


@dataclass(frozen=True)
class Decisions:
    """
    What becomes of a network.

    Attributes
    ----------
    choices : dict of str to Choice
        For each name, in the order of the network; tied names have the same.
    first : dict of str to str
        For each name the one that stands for its tensor; itself where it is not tied.
    notes : tuple of str
        What a reader should know of it.
    """

    choices: dict[str, Choice]
    first: dict[str, str]
    notes: tuple[str, ...]


def decide(
    function: str,
    found: Sequence[Stored],
    known: Mapping[int, str],
    recipe: Recipe | None,
    equal: Equal = same_bytes,
) -> Decisions:
    """
    Apply a recipe to a network's tensors.

    Parameters
    ----------
    function : str
        Who asks.
    found : sequence of Stored
        All tensors; values are read only to compare the ends of known pairs.
    known : mapping of int to str
        Layouts, from `layouts`.
    recipe : Recipe or None
        None takes every weight of known layout.
    equal : callable
        Compares the bytes of two tensors.

    Returns
    -------
    Decisions
    """
    computed = parts([tensor.name for tensor in found])
    beside = _neighbours(found)
    choices = {
        tensor.name: choose(function, tensor, known, recipe, computed, beside.get(tensor.name)) for tensor in found
    }
    first = {name: name for name in choices}
    tied = ties(found, () if recipe is None else recipe.tied, equal)
    if recipe is not None:
        tensors = {tensor.name: tensor for tensor in found}
        for name, other in tied.alone.items():
            choices[name] = _as_its_pair(function, tensors[name], other, known, recipe, choices[name])
    for group in tied.groups:
        leader = min(group, key=lambda name: (_STRENGTH[choices[name].action], group.index(name)))
        for name in group:
            first[name], choices[name] = leader, choices[leader]
    for name, choice in choices.items():
        if choice.action == "copy":
            choices[name] = _with_source(name, choice, choices)
    return Decisions(choices, first, tuple(tied.notes))


def _neighbours(found: Sequence[Stored]) -> dict[str, int]:
    """Return the axes of the weight beside each tensor that is no weight itself."""
    axes = {tensor.name: len(tensor.shape) for tensor in found}
    beside = {}
    for name in axes:
        trunk = re.sub(r"[^./]+$", "", name)
        for kind in ("weight", "kernel"):
            if trunk + kind in axes and trunk + kind != name:
                beside[name] = axes[trunk + kind]
    return beside


def _as_its_pair(
    function: str, tensor: Stored, other: str, known: Mapping[int, str], recipe: Recipe, own: Choice
) -> Choice:
    """Treat what has one name of a pair as the pair is treated: as the other name would be, if its own is left."""
    if own.action != "leave" or tensor.owner is not None:  # a live module says what it is
        return own
    as_other = choose(function, replace(tensor, name=other, owner=None), known, recipe)
    return as_other if as_other.action != "leave" else own


def _with_source(name: str, choice: Choice, choices: Mapping[str, Choice]) -> Choice:
    assert choice.rule is not None, "a copy comes from a rule"
    wanted = choice.rule.sources(name)
    source = next((one for one in wanted if one in choices and one != name), None)
    if source is None:
        return Choice("leave", f"nothing to copy: none of {', '.join(wanted)} is there", choice.layout, choice.rule)
    return choice._replace(source=source)
