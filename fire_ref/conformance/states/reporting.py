"""From all that was seen of two networks to a report: verdicts, and mistakes that belong to no single tensor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..dialect import Dialect
from ..faithful import verdict
from ..precision import DTYPES, coarser
from ..record import Fingerprint, Timing, Verdict
from ..report import Report
from ..verification import own_version
from .gathering import Gathered
from .mistake import Mistake, dressed
from .networks import Networks

#: Conclusive weights that a verdict of "yes" takes, where there are as many.
LEAST = 8
#: Checks that say whether the network is what was declared.
DECISIVE = ("value.faithful", "state.reset", "state.copied")


def report(both: Networks, gathered: Gathered, override: Dialect | None, after: Any, spent: Timing) -> Report:
    """
    Draw the conclusions.

    Parameters
    ----------
    both : Networks
        Before and after.
    gathered : Gathered
        What was seen of every tensor.
    override : Dialect or None
        What was declared in the place of the recipe's rules.
    after : object
        As the caller gave it.
    spent : Timing
        Where the time went.

    Returns
    -------
    Report
    """
    faithful, converged = _verdicts(gathered)
    dialect = f"recipe {both.recipe.name}" if override is None else override.name
    mistakes = [*_noop(both, gathered), *_lagging(gathered)]
    diagnoses = dressed(mistakes, frozenset() if override is None else override.known_codes)
    if override is not None and override.exact:
        faithful = converged
    passed = faithful.status == "yes" and not any(found.severity == "error" for found in diagnoses)
    taken = [both.before[name].dtype for name in both.before if both.choice(name).action == "project"]
    dtype = "float64"
    for one in taken:
        dtype = coarser(dtype, one if one in DTYPES else None)
    fits = [override.name] if override is not None and faithful.status == "yes" else []
    fits += [name for name in gathered.fits if name not in fits and gathered.curves]
    return Report(
        _target(after, both, override),
        dialect,
        "state",
        "numpy",
        dtype if taken else "float32",
        {"fire_ref": own_version()},
        passed,
        faithful,
        converged,
        tuple(gathered.results),
        diagnoses,
        tuple(fits),
        Fingerprint(gathered.leakage if gathered.curves else None, "", tuple(p for _, p in gathered.curves), ()),
        gathered.cases,
        spent,
        "cpu",
    )


def _verdicts(gathered: Gathered) -> tuple[Verdict, Verdict]:
    counted = [result for result in gathered.results if result.status != "recorded"]
    decisive = [result for result in counted if result.check in DECISIVE]
    exact = [result for result in counted if result.check == "value.converged"]
    faithful = verdict(decisive, min(LEAST, len(decisive)))
    if not exact:
        return faithful, Verdict("not-applicable", reason="Nothing was projected.")
    converged = verdict(exact, min(LEAST, len(exact)))
    known = [steps for steps in gathered.steps_needed if steps is not None]
    if converged.status == "no" and known and len(known) == len(gathered.steps_needed):
        converged = Verdict("no", converged.worst, converged.case, max(known), converged.reason)
    return faithful, converged


def _noop(both: Networks, gathered: Gathered) -> list[Mistake]:
    """One mistake for a network that came back as it was, instead of one for each tensor."""
    skipped = [one for one in gathered.mistakes if one.code == "SKIPPED_SILENTLY"]
    taken = [first for first in both.groups if both.choice(first).action in ("project", "reset")]
    if not skipped or len({one.tensor for one in skipped} & set(taken)) < len(taken):
        return gathered.mistakes
    shared = all(both.before[one.tensor].place == both.after[one.tensor].place is not None for one in skipped)
    text = f"none of {len(taken)} tensors was changed"
    text += "; before and after share their memory: was before copied in time?" if shared else ""
    return [Mistake("NOOP", skipped[0].tensor, text), *(one for one in gathered.mistakes if one not in skipped)]


def _lagging(gathered: Gathered) -> list[Mistake]:
    """One limit for all that took its steps and has not converged."""
    if not gathered.lagging:
        return []
    worst = min(gathered.lagging, key=lambda one: one.response)
    needed = [one.steps_needed for one in gathered.lagging]
    text = f"the smallest response is {worst.response:.2g}"
    text += f"; {worst.steps_needed} steps would do" if worst.steps_needed else ""
    many = len({one.tensor for one in gathered.lagging})
    text += (
        f" ({many} tensors, up to {max(n for n in needed if n is not None)} steps)" if many > 1 and any(needed) else ""
    )
    return [Mistake("UNDER_ITERATED", worst.tensor, text, "limit")]


def _target(after: Any, both: Networks, override: Dialect | None) -> str:
    if isinstance(after, (str, os.PathLike)):
        where = os.fspath(after)
    else:
        where = "a state" if isinstance(after, Mapping) else type(after).__name__
    return where if override is None else f"{where} (recipe {both.recipe.name})"
