"""A weight, or all the weights of a network, as matrices with their singular vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .. import values
from ..arguments import matrix_shape
from ..arrays import (
    Array,
    Operand,
    dtype_name,
    from_host,
    handed_back,
    is_dask,
    operand,
    quiet,
    to_host,
    wide_dtype,
)
from ..errors import sentence
from ..layout import Layout, parse
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
        diagonal = from_host(v, self.w, wide_dtype(xp, self.w.device))
        stack = (self.U * diagonal[..., None, :]) @ self.Vh
        whole = handed_back(self.w, stack if self.layout is None else self.layout.from_stack(xp, stack))
        if not kept.any():
            return whole
        flags = from_host(kept[..., None, None], self.w, xp.bool)
        stay = flags if self.layout is None else self.layout.from_stack(xp, flags)
        return xp.where(stay, self.w.array, whole)


def layer(function: str, argument: str, value: object, layout: Layout | None, check: bool) -> Layer:
    """
    Take one weight apart.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : array
        A matrix, a stack, or with a layout a weight tensor.
    layout : Layout or None
        None reads leading axes as a stack.
    check : bool
        Whether to look at the values.

    Returns
    -------
    Layer
    """
    w = operand(function, argument, value, check=check)
    matrix_shape(function, argument, w.shape)
    xp = w.xp
    stack = w.array if layout is None else layout.to_stack(xp, w.array)
    X = xp.astype(stack, wide_dtype(xp, w.device))
    peak = values.peaks(w, X)
    if check:
        values.require(function, [(argument, w, peak)])
    scaled = normalise(xp, X, peak)
    U, s, Vh = xp.linalg.svd(scaled.array, full_matrices=False)
    first, second = (to_host(f).astype(np.float64)[..., 0] for f in (scaled.first, scaled.second))
    with quiet():
        return Layer(w, layout, U, to_host(s).astype(np.float64) / second / first, Vh)


def layers(function: str, argument: str, state: State, check: bool) -> dict[str, Layer]:
    """
    Take a network's weights apart: every floating array with two axes or more, in its default layout.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping of str to array
        Vectors, scalars and arrays of integers or bools are no weights and are passed over.
    check : bool
        Whether to look at the values.

    Returns
    -------
    dict of str to Layer

    Raises
    ------
    ValueError
        No weight at all, or one whose layout cannot be known (three axes).
    """
    found = {}
    for name, value in state.items():
        if not is_weight(value):
            continue
        where = f"{argument}[{name!r}]"
        found[name] = layer(function, where, value, parse(function, None, tuple(value.shape), where), check)
    if not found:
        rule = "hold at least one weight (a floating array with two axes or more)"
        raise ValueError(sentence(function, argument, rule, f"{len(state)} entries and none", "a matrix"))
    return found


def is_weight(value: Any) -> bool:
    """
    Say whether an entry of a state is a weight: a floating array with two axes or more.

    Parameters
    ----------
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
        raise TypeError(f"a state must hold arrays; got {type(value).__name__}. Try numpy.asarray on it.")
    return len(value.shape) >= 2 and (is_dask(value) or "float" in dtype_name(value))


def spectrum(found: Mapping[str, Layer]) -> Host:
    """Return all singular values of a network as one row."""
    return np.concatenate([layer.s.ravel() for layer in found.values()])
