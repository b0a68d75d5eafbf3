"""`verify_state`: from two checkpoints to a report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, TypeAlias

from ...errors import sentence
from ...models.recipe import Recipe
from ..dialect import Dialect
from ..faithful import verdict
from ..precision import DTYPES, coarser
from ..record import Fingerprint, Result, Timing, Verdict
from ..report import Report
from ..verification import own_version
from .batchnorm import stale as stale_statistics
from .comparing import readable, same
from .declaring import dialect_of
from .mistake import Mistake, dressed
from .moments import entries
from .moments import stale as stale_moments
from .networks import Networks, networks
from .returned import copied, reset
from .targets import left, names, shaped, uncopied
from .ties import split, spokesman
from .weights import Gathered, judge_weight

Progress: TypeAlias = Callable[[int, int, str], None]
FUNCTION = "verify_state"
#: Conclusive weights that a verdict of "yes" takes, where there are as many.
LEAST = 8
#: Checks that say whether the network is what was declared.
DECISIVE = ("value.faithful", "state.reset", "state.copied")


def verify_state(
    before: Any,
    after: Any,
    *,
    recipe: str | PathLike[str] | Recipe,
    dialect: str | None = None,
    initial: Any = None,
    optimizer: Any = None,
    layout: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """
    Judge a reinitialised network: is every tensor what a recipe makes of it, and if not, what went wrong with which?

    Parameters
    ----------
    before, after : mapping of str to array, torch.nn.Module, or path
        The network before and after; a tree's names are joined by "/". A path ends in .safetensors,
        .safetensors.index.json or .npz. Read tensor by tensor and compared on the host. Of a module that was changed
        in place, `before` must be a copy that was made earlier.
    recipe : str, path or Recipe
        As for `reinitialize`: which tensors should have changed, and how.
    dialect : str, optional
        A name of `DIALECTS`, computed in place of what the recipe's rules say: "paper" for the exact factor. Layouts,
        splits and, for FIRE's own gain, the gain stay the rules'.
    initial : mapping, torch.nn.Module or path, optional
        The network as it was initialised, for recipes that put some tensors back ("dqn").
    optimizer : object, optional
        To see whether it still remembers what was changed: a torch optimizer (with the module as `after`), its
        state_dict if that names its parameters, a mapping of names to their state, or a file with tensors called
        "exp_avg.NAME", "NAME.exp_avg" or "state/NAME/exp_avg".
    layout : str, optional
        As for `reinitialize`.
    progress : callable, optional
        Called with (done, total, name).

    Returns
    -------
    Report
        At level "state". `faithful`: every taken tensor is within the bound of what was declared (half precision:
        computed in float32, rounded once; further off, and computed in half precision, is a limit). `converged`:
        within that of the exact factor. `results` and `diagnoses` name tensors.

    Raises
    ------
    TypeError
        No network, or an argument of the wrong type.
    ValueError
        Something cannot be read; an unknown name; networks that share no name; nothing that the recipe takes; an
        `initial` that is missing or needless; an `optimizer` that names no tensor.
    OSError
        A file that cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> import fire_ref
    >>> before = {"fc.weight": np.array([[3.0, 0.0], [0.0, 4.0]]), "fc.bias": np.zeros(2)}
    >>> after, _ = fire_ref.reinitialize(before, "official")
    >>> fire_ref.verify_state(before, after, recipe="official").passed
    True
    >>> after["fc.bias"] = np.ones(2)
    >>> [(found.code, found.tensor) for found in fire_ref.verify_state(before, after, recipe="official").diagnoses[:1]]
    [('NON_WEIGHT_CHANGED', 'fc.bias')]
    """
    if progress is not None and not callable(progress):
        raise TypeError(sentence(FUNCTION, "progress", "be callable", repr(progress), "progress=print"))
    began = time.perf_counter()
    override = dialect_of(FUNCTION, dialect)
    both = networks(FUNCTION, before, after, recipe, layout, initial)
    memory = None if optimizer is None else entries(FUNCTION, optimizer, after)
    gathered = Gathered()
    gathered.mistakes += names(both)
    changed: set[str] = set()
    for done, (first, group) in enumerate(both.groups.items()):
        if progress is not None:
            progress(done, len(both.groups), first)
        here = [name for name in group if name in both.after]
        changed |= {name for name in here if not same(both.before[name], both.after[name])}
        _tensor(both, here, override, gathered)
    gathered.mistakes += stale_statistics(both, changed)
    if memory is not None:
        gathered.mistakes += stale_moments(FUNCTION, memory, both.before, changed)
    spent = Timing(judging=time.perf_counter() - began)
    return _report(both, gathered, override, _target(after, both, override), spent)


def _tensor(both: Networks, here: list[str], override: Dialect | None, gathered: Gathered) -> None:
    """Judge one tensor under all of its names."""
    if not here:
        return
    action = both.choice(here[0]).action
    if action == "leave":
        judged = here
    else:
        here.sort(key=lambda name: name != both.decisions.first[name])
        judged = [spokesman(both, here)]
        gathered.mistakes += split(both, [*judged, *(name for name in here if name not in judged)])
    for name in judged:
        found = list(shaped(both, name))
        gathered.mistakes += found
        if any(one.code == "SHAPE_CHANGED" for one in found):
            gathered.results.append(Result(name, "value.faithful" if action == "project" else "state.left", "fail"))
        elif action == "project" and readable(both.before[name]) and readable(both.after[name]):
            judge_weight(both, name, override, gathered, tied=len(both.groups[both.decisions.first[name]]) > 1)
        elif action == "leave":
            _keep(gathered, *left(both, name))
            gathered.mistakes += uncopied(both, name)
        elif action in ("reset", "copy"):
            _keep(gathered, *(reset if action == "reset" else copied)(both, name))
        else:
            gathered.results.append(Result(name, "value.faithful", "fail", text="cannot be read as real numbers"))


def _keep(gathered: Gathered, result: Result, mistakes: list[Mistake]) -> None:
    gathered.results.append(result)
    gathered.mistakes += mistakes


def _report(both: Networks, gathered: Gathered, override: Dialect | None, target: str, spent: Timing) -> Report:
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
        target,
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
    decisive = [result for result in gathered.results if result.check in DECISIVE]
    exact = [result for result in gathered.results if result.check == "value.converged"]
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
