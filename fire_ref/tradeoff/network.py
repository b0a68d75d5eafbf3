"""A weight, or all the weights of a network, as matrices with their singular vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .. import values
from ..arguments import matrix_shape
from ..arrays import Array, dtype_name, quiet, to_host
from ..errors import sentence
from ..layout import Layout, parse
from ..operands import Operand, from_host, handed_back, operand
from ..scaling import normalise
from .multiplier import Host

State: TypeAlias = Mapping[str, Any]


class Layer(NamedTuple):
    """One weight: its matrices as U diag(s) Vh, s on the host in the units of W."""

    w: Operand
    layout: Layout | None
    U: Array
    s: Host
    Vh: Array

    def rebuilt(self, v: Host, kept: Host) -> Array:
        """Return U diag(v) Vh in the shape and dtype of W; the matrices marked `kept` come back bit for bit."""
        xp = self.w.xp
        diagonal = from_host(v, self.w, self.w.wide)
        stack = (self.U * diagonal[..., None, :]) @ self.Vh
        whole = handed_back(self.w, stack if self.layout is None else self.layout.from_stack(xp, stack))
        if not kept.any():
            return whole
        flags = from_host(kept[..., None, None], self.w, xp.bool)
        stay = flags if self.layout is None else self.layout.from_stack(xp, flags)
        return xp.where(stay, self.w.array, whole)


def layer(function: str, argument: str, w: Operand, layout: Layout | None, check: bool) -> Layer:
    """
    Take one weight apart.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    w : Operand
        A matrix, a stack, or with a layout a weight tensor.
    layout : Layout or None
        None reads leading axes as a stack.
    check : bool
        Whether to look at the values.

    Returns
    -------
    Layer
    """
    matrix_shape(function, argument, w.shape)
    xp = w.xp
    stack = w.array if layout is None else layout.to_stack(xp, w.array)
    X = xp.astype(stack, w.wide)
    peak = values.peaks(w, X)
    if check:
        values.require(function, [(argument, w, peak)])
    scaled = normalise(xp, X, peak)
    U, s, Vh = xp.linalg.svd(scaled.array, full_matrices=False)
    first, second = (to_host(f).astype(np.float64)[..., 0] for f in (scaled.first, scaled.second))
    with quiet():
        return Layer(w, layout, U, to_host(s).astype(np.float64) / second / first, Vh)


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


def layers(function: str, argument: str, state: State, check: bool) -> dict[str, Layer]:
    """
    Take all weights of a network apart; see `weights`.

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
    dict of str to Layer
    """
    found = weights(function, argument, state, check)
    return {name: layer(function, f"{argument}[{name!r}]", w, axes, check) for name, (w, axes) in found.items()}


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


def spectrum(found: Mapping[str, Layer]) -> Host:
    """Return all singular values of a network as one row."""
    return np.concatenate([layer.s.ravel() for layer in found.values()])
