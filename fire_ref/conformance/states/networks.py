"""The two checkpoints of a verification, what a recipe decides about the first, and the initial values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ...checkpoints import Stored
from ...errors import sentence
from ...models.deciding import Decisions, decide
from ...models.guessing import resolved
from ...models.recipe import Recipe
from ...models.restoring import initial_tensors
from ...models.selection import Choice, layouts
from ...models.state import tensors
from .members import with_bytes


@dataclass(frozen=True)
class Networks:
    """
    What is compared.

    Attributes
    ----------
    function : str
        Who asks.
    before, after, initial : dict of str to Stored
        By name; `initial` is empty where the recipe puts nothing back.
    decisions : Decisions
        What the recipe says of `before`.
    recipe : Recipe
        Which.
    """

    function: str
    before: dict[str, Stored]
    after: dict[str, Stored]
    decisions: Decisions
    recipe: Recipe
    initial: dict[str, Stored]

    def choice(self, name: str) -> Choice:
        """Return what should become of a tensor; for tied names it is the same."""
        return self.decisions.choices[name]

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The name that speaks for each tensor -> all of its names, in the order of the network."""
        found: dict[str, list[str]] = {}
        for name, first in self.decisions.first.items():
            found.setdefault(first, []).append(name)
        return found

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Names of `before` that `after` lacks."""
        return tuple(name for name in self.before if name not in self.after)

    @cached_property
    def extra(self) -> tuple[str, ...]:
        """Names of `after` that `before` lacks."""
        return tuple(name for name in self.after if name not in self.before)


def networks(function: str, before: Any, after: Any, recipe: Any, layout: str | None, initial: Any) -> Networks:
    """
    Open both checkpoints and apply the recipe.

    Parameters
    ----------
    function : str
        Who asks.
    before, after : mapping, torch.nn.Module or path
        As for `fire_ref.reinitialize`, or a path.
    recipe : str, path or Recipe
        Likewise.
    layout : str or None
        Likewise.
    initial : mapping, torch.nn.Module, path or None
        Likewise.

    Returns
    -------
    Networks

    Raises
    ------
    ValueError
        Something cannot be read; no recipe; nothing that it takes; no name in common.
    """
    known = layouts(function, layout)
    old = {tensor.name: tensor for tensor in with_bytes(function, before, tensors(function, "before", before))}
    new = {tensor.name: tensor for tensor in with_bytes(function, after, tensors(function, "after", after))}
    if not old.keys() & new.keys():
        got = f"{next(iter(old))!r} and so on before, {next(iter(new))!r} and so on after"
        raise ValueError(sentence(function, "before and after", "share names", got, "two states of one network"))
    held = [_as_held(tensor, new.get(name)) for name, tensor in old.items()]
    chosen, _ = resolved(function, recipe, held)
    decisions = decide(function, held, known, chosen)
    if not any(choice.action in ("project", "reset") for choice in decisions.choices.values()):
        why = Counter(choice.reason for choice in decisions.choices.values()).most_common(1)[0][0]
        got = f"{len(old)} entries, most of them left as {why}"
        raise ValueError(sentence(function, "before", f"hold what {chosen.name!r} takes", got, "another recipe"))
    initial_tensors(function, initial, chosen, decisions)  # refuses what is missing or needless
    first = [] if initial is None else with_bytes(function, initial, tensors(function, "initial", initial))
    return Networks(function, old, new, decisions, chosen, {tensor.name: tensor for tensor in first})


def _as_held(old: Stored, new: Stored | None) -> Stored:
    """Learn from a live module what holds a tensor and which names are one, where only a copy was kept of before."""
    if new is None or new.owner is None or old.owner is not None or old.shape != new.shape:
        return old
    return replace(old, owner=new.owner, place=new.place)
