"""The weights of a network's state, and their singular values together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from ..arrays import Array, dtype_name, storage
from ..errors import sentence
from ..layout import DEFAULTS, Layout, parse
from ..operands import Operand, operand
from ..spectrum import singular_values
from .multiplier import Host

State: TypeAlias = Mapping[str, Any]


def weights(
    function: str, argument: str, state: State, check: bool, beside: State | None = None
) -> dict[str, tuple[Operand, Layout]]:
    """
    Find a network's weights: every real array with two axes or more, in its default layout.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array
        Vectors, scalars and arrays of integers or bools are no weights and are passed over. All weights are of one
        library; they may lie on several devices. A tied tensor, one memory seen the same way under several names,
        counts once, under its first name; a transposed or partly overlapping view is a tensor of its own.
    check : bool
        Whether tracers are refused.
    beside : mapping of str to array, optional
        A second state of the same names: then only what is tied in both counts once.

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
    seen = set()
    for name, value in state.items():
        where = f"{argument}[{name!r}]"
        place = storage(value), None if beside is None else storage(beside[name])
        if not is_weight(function, where, value) or place in seen:
            continue
        seen.add(place)
        if len(value.shape) not in DEFAULTS:
            rule, advice = "have 2, 4 or 5 axes", "leaving it out of the state, or reshaping it"
            raise ValueError(sentence(function, where, rule, f"shape {tuple(value.shape)}", advice))
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


def tied(state: State, changed: Mapping[str, Array]) -> dict[str, Any]:
    """
    Return the state with some weights changed; the other names of a changed weight get the same new array.

    Parameters
    ----------
    state : mapping of str to array
        Before.
    changed : mapping of str to array
        New arrays under the first names of their weights.

    Returns
    -------
    dict
    """
    new = {storage(state[name]): array for name, array in changed.items()}
    return {name: new.get(storage(value), value) for name, value in state.items()}


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
    if getattr(value, "is_nested", False):
        return True  # to be refused as a weight, by name
    if not hasattr(value, "shape") or not hasattr(value, "dtype"):
        raise TypeError(sentence(function, argument, "be an array", type(value).__name__, "one flat dict of arrays"))
    return len(value.shape) >= 2 and not dtype_name(value).startswith(("int", "uint", "bool"))


def spectrum(function: str, argument: str, state: State, gain: float, check: bool, beside: State | None = None) -> Host:
    """
    Return all singular values of a network over the gain, as one row.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array
        The network.
    gain : float
        Positive.
    check : bool
        Whether to look at the values.
    beside : mapping of str to array, optional
        As in `weights`.

    Returns
    -------
    ndarray, shape (q,)
        float64, dimensionless.
    """
    rows = []
    for name, (w, axes) in weights(function, argument, state, check, beside).items():
        where = f"{argument}[{name!r}]"
        found = singular_values(function, where, w, axes.to_stack(w.xp, w.array), check=check)
        rows.append(found.over(function, where, gain).ravel())
    return np.concatenate(rows)
