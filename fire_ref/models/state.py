"""A network as a list of named tensors: from a mapping, a torch module, or a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..checkpoints import Stored, open_checkpoint
from ..errors import sentence
from .modules import is_module, live, module_tensors
from .tree import flattened


def tensors(function: str, argument: str, state: object, *, files: bool = True) -> list[Stored]:
    """
    List the tensors of a network.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array, torch.nn.Module, or path
        A mapping may be a tree: names are joined by "/". Entries that are no arrays are listed as such.
    files : bool
        Whether it may be the path of a checkpoint.

    Returns
    -------
    list of Stored

    Raises
    ------
    TypeError
        None of the three, or a name that is no string.
    ValueError
        A file that cannot be read; nothing in the network.
    OSError
        Likewise.
    """
    if files and isinstance(state, (str, os.PathLike)):
        found = open_checkpoint(function, state)
    elif is_module(state):
        found = module_tensors(state)
    elif isinstance(state, Mapping):
        flat = flattened(function, argument, state)
        found = [_entry(function, argument, name, value) for name, value in flat.items()]
    else:
        rule = "be a mapping of names to arrays or a torch.nn.Module" + (
            ", or the path of a checkpoint" if files else ""
        )
        raise TypeError(sentence(function, argument, rule, type(state).__name__, "a state dict"))
    if not found:
        file = isinstance(state, (str, os.PathLike))
        where, advice = (str(state), "another file") if file else (argument, "a state dict")
        raise ValueError(sentence(function, where, "hold at least one tensor", "none", advice))
    return found


def _entry(function: str, argument: str, name: str, value: Any) -> Stored:
    if getattr(value, "is_nested", False):
        where = f"{argument}[{name!r}]"
        raise TypeError(sentence(function, where, "be an array", "a nested tensor", "one tensor at a time"))
    return live(name, value)


def together(found: list[Stored]) -> dict[str, str]:
    """
    Find tied tensors: names that share one memory, seen the same way.

    Parameters
    ----------
    found : list of Stored
        From `tensors`.

    Returns
    -------
    dict of str to str
        Each later name of a tied tensor -> its first.
    """
    first: dict[Any, str] = {}
    later = {}
    for tensor in found:
        if tensor.place is not None and tensor.size:
            name = first.setdefault(tensor.place, tensor.name)
            if name != tensor.name:
                later[tensor.name] = name
    return later
