"""What `reinitialize` did: a record, and how it is made of what was decided and done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .deciding import Decisions
from .record import Row
from .selection import UNKNOWN, Choice
from .way import Overrides, Way


@dataclass(frozen=True)
class ReinitReport:
    """
    What `reinitialize` did.

    Attributes
    ----------
    recipe : str
        Its name.
    method : str
        How the isometries were computed; "several" where the rules differ.
    steps : int or None
        Of Newton-Schulz, where all took as many.
    rows : tuple of Row
        The weights before, one row for each block that was projected (``name[rows 0:64]`` of a fused matrix); a tied
        tensor has one, under the first of its names that the recipe takes.
    changed : tuple of str
        Every name whose tensor is another now, tied names included: reset the optimiser's state of these.
    skipped : dict of str to str
        Every other name, and why; first weights that no rule speaks of, matrices before kernels.
    dfi_after, sfe_paid : dict of str to float
        Measured on the new tensors, at the gain they carry, against the old ones; by the names of `rows`.
    done : dict of str to str
        What became of each of `changed`, in words.
    notes : tuple of str
        What a reader should know: overridden rules, pairs that are not tied, tensors that are equal and not tied.
    source : str
        Where the recipe comes from, and how it was chosen.
    """

    recipe: str
    method: str
    steps: int | None
    rows: tuple[Row, ...]
    changed: tuple[str, ...]
    skipped: dict[str, str]
    dfi_after: dict[str, float]
    sfe_paid: dict[str, float]
    done: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: str = ""


def method_and_steps(ways: Mapping[str, Way]) -> tuple[str, int | None]:
    """
    Say in two fields how the weights were projected.

    Parameters
    ----------
    ways : mapping of str to Way
        For each projected tensor.

    Returns
    -------
    method : str
        "several" where they differ, "none" where nothing was projected.
    steps : int or None
        None where they differ, or none were taken.
    """
    methods = sorted({way.method for way in ways.values()})
    steps = {None if way.exact else way.steps for way in ways.values()}
    return (methods[0] if len(methods) == 1 else "several" if methods else "none"), (
        steps.pop() if len(steps) == 1 else None
    )


def overridden(decisions: Decisions, asked: Overrides, recipe: str) -> list[str]:
    """
    Say that the caller's wish took the place of what the rules say, where it differs.

    Parameters
    ----------
    decisions : Decisions
        What was decided.
    asked : Overrides
        The caller's.
    recipe : str
        The recipe's name.

    Returns
    -------
    list of str
        Sentences without a full stop; none where nothing differs.
    """
    rules = {choice.rule for choice in decisions.choices.values() if choice.action == "project" and choice.rule}
    said = []
    methods = sorted({rule.method for rule in rules} - {asked.method})
    if asked.method is not None and methods:
        said.append(f"method {asked.method!r} overrode recipe {recipe!r}, whose rules say {' and '.join(methods)}")
    iterated = {rule.steps for rule in rules if (asked.method or rule.method) == "newton-schulz"}
    if asked.steps is not None and iterated - {asked.steps}:
        steps = " and ".join(str(k) for k in sorted(iterated - {asked.steps}))
        said.append(f"{asked.steps} steps overrode recipe {recipe!r}, whose rules say {steps}")
    return said


def left(decisions: Decisions, changed: frozenset[str]) -> dict[str, str]:
    """
    List what was left alone, weights first: a matrix that no rule takes may be one that was forgotten.

    Parameters
    ----------
    decisions : Decisions
        What was decided.
    changed : frozenset of str
        Names that were not left.

    Returns
    -------
    dict of str to str
        Name -> reason.
    """
    reasons = {name: choice.reason for name, choice in decisions.choices.items() if name not in changed}
    return {name: reasons[name] for name in sorted(reasons, key=lambda name: _concern(decisions.choices[name]))}


def _concern(choice: Choice) -> int:
    """Put first what nobody spoke of and may be a weight, a matrix before all."""
    if choice.layout is None:
        return 1 if UNKNOWN in choice.reason else 3  # a stack of experts, or a kernel
    if choice.rule is not None:
        return 2
    return 0 if len(choice.layout.letters) == 2 else 1


def said(decisions: Decisions, name: str, way: Way | None) -> str:
    """
    Say in words what became of a changed tensor.

    Parameters
    ----------
    decisions : Decisions
        What was decided.
    name : str
        The tensor.
    way : Way or None
        How it was projected.

    Returns
    -------
    str
        As "newton-schulz, k = 5", "reset to its initial values", "tied to wte.weight".
    """
    first, choice = decisions.first[name], decisions.choices[name]
    if first != name:
        return f"tied to {first}"
    if way is not None:
        return way.text
    return "reset to its initial values" if choice.action == "reset" else f"copied from {choice.source}"
