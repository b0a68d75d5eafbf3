"""The weights of a network's state, and their singular values together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from ..arrays import dtype_name
from ..errors import sentence
from ..layout import Layout, parse
from ..operands import Operand, operand
from ..spectrum import singular_values
from .multiplier import Host

State: TypeAlias = Mapping[str, Any]


def weights(function: str, argument: str, state: State, check: bool) -> dict[str, tuple[Operand, Layout]]:
    """
    Find a network's weights: every real array with two axes or more, in its default layout.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array
        Vectors, scalars and arrays of integers or bools are no weights and are passed over. All weights are of one
        library; they may lie on several devices.
    check : bool
        Whether tracers are refused.

    Returns
    -------
    dict of str to (Operand, Layout)

    Raises
    ------
    ValueError
        No weight at all, or one whose layout cannot be known (three axes).
    TypeError
        An entry that is no array, or of an unsupported dtype, or of another library than the first.
    """
    found: dict[str, tuple[Operand, Layout]] = {}
    for name, value in state.items():
        where = f"{argument}[{name!r}]"
        if not is_weight(function, where, value):
            continue
        w = operand(function, where, value, check=check, host=True)
        found[name] = w, parse(function, None, w.shape, where)
    if not found:
        rule = "hold at least one weight (a floating array with two axes or more)"
        raise ValueError(sentence(function, argument, rule, f"{len(state)} entries and none", "a matrix"))
    libraries = sorted({w.library for w, _ in found.values()})
    if len(libraries) > 1:
        got = " and ".join(libraries)
        raise TypeError(sentence(function, argument, "hold arrays of one library", got, "converting them first"))
    return found


def is_weight(function: str, argument: str, value: Any) -> bool:
    """
    Say whether an entry of a state is a weight: neither integer nor bool, with two axes or more.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : object
        One entry.

    Returns
    -------
    bool

    Raises
    ------
    TypeError
        Not an array at all.
    """
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        raise TypeError(sentence(function, argument, "be an array", type(value).__name__, "one flat dict of arrays"))
    return len(value.shape) >= 2 and not dtype_name(value).startswith(("int", "uint", "bool"))


def spectrum(function: str, argument: str, state: State, check: bool) -> Host:
    """
    Return all singular values of a network as one row.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array
        The network.
    check : bool
        Whether to look at the values.

    Returns
    -------
    ndarray, shape (q,)
        float64, in the units of the weights.
    """
    rows = []
    for name, (w, axes) in weights(function, argument, state, check).items():
        stack = axes.to_stack(w.xp, w.array)
        rows.append(singular_values(function, f"{argument}[{name!r}]", w, stack, check=check).restored.ravel())
    return np.concatenate(rows)
