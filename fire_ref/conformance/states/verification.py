"""`verify_state`: from two checkpoints to a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from os import PathLike
from typing import Any, TypeAlias

import numpy as np

from ...errors import sentence
from ...models.recipe import Recipe
from ..dialect import Dialect
from ..record import Result, Timing
from ..report import Report
from .batchnorm import stale as stale_statistics
from .comparing import readable, same
from .declaring import dialect_of
from .gathering import Gathered
from .mistake import Mistake
from .moments import entries
from .moments import stale as stale_moments
from .networks import Networks, networks
from .reporting import report
from .returned import copied, reset
from .targets import left, names, shaped, uncopied
from .ties import split, spokesman
from .weights import judge_weight

Progress: TypeAlias = Callable[[int, int, str], None]
FUNCTION = "verify_state"


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
        with np.errstate(all="ignore"):  # what overflows is inf, and is judged as that
            _tensor(both, here, override, gathered)
    gathered.mistakes += stale_statistics(both, changed)
    if memory is not None:
        gathered.mistakes += stale_moments(FUNCTION, memory, both.before, changed)
    spent = Timing(judging=time.perf_counter() - began)
    return report(both, gathered, override, after, spent)


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
