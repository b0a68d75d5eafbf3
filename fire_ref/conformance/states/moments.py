"""The state of an optimiser, by the names of parameters, in every form that it is kept in; and what is stale in it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from ...arrays import to_host
from ...checkpoints import Stored
from ...errors import sentence
from ...models.modules import is_module, live
from ...models.state import tensors
from .mistake import Mistake

FORMS = (
    "a torch optimizer with the module as `after`, its state_dict with names, a mapping of names to their state, or a "
    "file whose tensors are called 'exp_avg.NAME', 'NAME.exp_avg' or 'state/NAME/exp_avg'"
)


def entries(function: str, optimizer: Any, after: Any) -> list[Stored]:
    """
    List what an optimiser keeps.

    Parameters
    ----------
    function : str
        Who asks.
    optimizer : object
        See `FORMS`.
    after : object
        The network; a torch optimizer knows its parameters only as objects, and a module has their names.

    Returns
    -------
    list of Stored
        Names hold those of parameters.

    Raises
    ------
    TypeError
        No form that is known.
    ValueError
        A file that cannot be read; parameters that are only numbered.
    """
    if isinstance(optimizer, (str, os.PathLike)):
        return tensors(function, "optimizer", optimizer)
    if hasattr(optimizer, "param_groups") and hasattr(optimizer, "state"):
        return list(_live(function, optimizer, after))
    if not isinstance(optimizer, Mapping):
        raise TypeError(sentence(function, "optimizer", f"be {FORMS}", type(optimizer).__name__, "optimizer=None"))
    state = optimizer.get("state")
    if isinstance(state, Mapping) and "param_groups" in optimizer:
        return list(_numbered(function, state, optimizer["param_groups"]))
    return list(_flat(optimizer, ""))


def _live(function: str, optimizer: Any, after: Any) -> Iterator[Stored]:
    if not is_module(after):
        advice = "after=the module, or a mapping of names to state"
        rule = "come with the module as `after`, which knows the names"
        raise ValueError(sentence(function, "optimizer", rule, f"{type(after).__name__} for `after`", advice))
    names = {id(parameter): name for name, parameter in after.named_parameters(remove_duplicate=False)}
    for parameter, state in optimizer.state.items():
        if id(parameter) in names:
            yield from _flat({names[id(parameter)]: state}, "")


def _numbered(function: str, state: Mapping[Any, Any], groups: Any) -> Iterator[Stored]:
    """
    Read a torch optimizer's state_dict, which has names where the optimizer was given named parameters.

    Raises
    ------
    ValueError
        It has none.
    """
    names: dict[Any, str] = {}
    for group in groups:
        names |= dict(zip(group.get("params", ()), group.get("param_names", ()), strict=False))
    for key, value in state.items():
        if key not in names and not isinstance(key, str):
            rule, advice = (
                "name its parameters",
                "the optimizer itself with after=module, or a mapping of names to state",
            )
            raise ValueError(sentence(function, "optimizer", rule, f"the number {key!r}", advice))
        yield from _flat({names.get(key, str(key)): value}, "")


def _flat(tree: Mapping[Any, Any], before: str) -> Iterator[Stored]:
    for key, value in tree.items():
        name = f"{before}/{key}" if before else str(key)
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield live(name, value)


def stale(function: str, found: list[Stored], names: Collection[str], changed: Collection[str]) -> list[Mistake]:
    """
    Name the changed tensors of which an optimiser remembers something.

    Parameters
    ----------
    function : str
        Who asks.
    found : list of Stored
        From `entries`.
    names : collection of str
        Of all tensors of the network.
    changed : collection of str
        Those that are others now.

    Returns
    -------
    list of Mistake
        One limit for each. Numbers without axes (counts of steps) are no memory of a gradient.

    Raises
    ------
    ValueError
        The optimiser speaks of no tensor of the network.
    """
    held: dict[str, list[str]] = {}
    known = False
    longest = sorted(names, key=len, reverse=True)
    spoken = re.compile(rf"(?:^|[./])({'|'.join(map(re.escape, longest))})(?:[./]|$)")
    for entry in found:
        match = spoken.search(entry.name)
        if match is None:
            continue
        known = True
        if match[1] in changed and entry.shape and entry.trouble is None and _nonzero(entry):
            held.setdefault(match[1], []).append(entry.name.replace(match[1], "").strip("./") or "its state")
    if found and not known:
        got = f"{found[0].name!r} and {len(found) - 1} more"
        raise ValueError(sentence(function, "optimizer", "name tensors of the network", got, FORMS))
    return [
        Mistake("STALE_OPTIMIZER", name, f"{', '.join(sorted(set(kinds))[:4])} not zero", "limit")
        for name, kinds in held.items()
    ]


def _nonzero(entry: Stored) -> bool:
    try:
        return bool(np.any(np.asarray(to_host(entry.read())) != 0))
    except (TypeError, RuntimeError, ValueError):
        return False
