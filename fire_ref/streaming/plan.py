"""What becomes of every tensor of a checkpoint, decided before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..checkpoints import Stored
from ..errors import sentence
from ..models.deciding import Decisions, decide
from ..models.guessing import resolved
from ..models.projecting import Job, job
from ..models.recipe import Recipe
from ..models.report import overridden
from ..models.restoring import initial_tensors, require_a_copy_to_fit
from ..models.selection import layouts
from ..models.tying import same_bytes
from ..models.way import overrides
from .copying import same
from .request import Request
from .source import Kept, Source, read_source


@dataclass(frozen=True)
class Plan:
    """
    What is done, tensor by tensor.

    Attributes
    ----------
    source : Source
        The checkpoint.
    initial : Source or None
        The network as it was initialised.
    recipe : Recipe
        What decided.
    why : str
        How it was found, where it was not named.
    decisions : Decisions
        For each name.
    origin : dict of str to str
        For each name that changes, the name whose new content it gets; itself where it is made.
    jobs : dict of str to Job
        What is projected.
    resets : dict of str to Stored
        What is put back, and to what.
    notes : tuple of str
        What a reader should know.
    """

    source: Source
    initial: Source | None
    recipe: Recipe
    why: str
    decisions: Decisions
    origin: dict[str, str]
    jobs: dict[str, Job]
    resets: dict[str, Stored]
    notes: tuple[str, ...]


def plan(function: str, request: Request) -> Plan:
    """
    Decide.

    Parameters
    ----------
    function : str
        Who asks.
    request : Request
        The caller's.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        A checkpoint or recipe that is none, or they do not fit each other.
    OSError
        A file that cannot be read.
    """
    asked = overrides(function, request.method, request.steps)
    known = layouts(function, request.layout)
    source = read_source(function, request.checkpoint)
    recipe, why = resolved(function, request.recipe, source.tensors)
    holder = source.holder()

    def equal(first: Stored, second: Stored) -> bool:
        return _equal(function, source, holder[first.name], holder[second.name])

    decisions = decide(function, source.tensors, known, recipe, equal)
    initial, resets = _initial(function, request.initial, recipe, decisions)
    by_name = {tensor.name: tensor for tensor in source.tensors}
    mine = {name: choice for name, choice in decisions.choices.items() if decisions.first[name] == name}
    jobs = {n: job(function, by_name[n], choice, asked) for n, choice in mine.items() if choice.action == "project"}
    if not jobs and not resets:
        advice = "another recipe, or --recipe official for every weight"
        rule = f"hold a weight that {recipe.name!r} takes"
        raise ValueError(sentence(function, request.checkpoint, rule, f"{len(by_name)} tensors, all left", advice))
    origin = _origins(function, by_name, decisions, [*jobs, *(n for n in mine if n in resets)])
    notes = (*overridden(decisions, asked, recipe.name), *decisions.notes)
    return Plan(source, initial, recipe, why, decisions, origin, jobs, resets, notes)


def _equal(function: str, source: Source, first: tuple[int, Kept], second: tuple[int, Kept]) -> bool:
    (i, one), (j, other) = first, second
    if one.begin < 0:
        return same_bytes(one.tensor, other.tensor)
    places = (source.shards[i].path, one.begin), (source.shards[j].path, other.begin)
    return same(function, *places, one.end - one.begin)


def _initial(
    function: str, path: str | None, recipe: Recipe, decisions: Decisions
) -> tuple[Source | None, dict[str, Stored]]:
    wanted = initial_tensors(function, path, recipe, decisions)
    if path is None:
        return None, {}
    source = read_source(function, path)
    found = {tensor.name: tensor for tensor in source.tensors}
    return source, {name: found[name] for name in wanted if decisions.first[name] == name}


def _origins(function: str, by_name: Mapping[str, Stored], decisions: Decisions, made: list[str]) -> dict[str, str]:
    """Follow copies to what they are copies of; one that was not made before is copied as it was."""
    origin = {name: name for name in made}
    for name, choice in decisions.choices.items():
        if decisions.first[name] != name or choice.source is None:
            continue
        require_a_copy_to_fit(function, by_name[choice.source], by_name[name])
        leader = decisions.first[choice.source]
        origin[name] = origin.get(leader, choice.source)
    return {name: origin[first] for name, first in decisions.first.items() if first in origin}
