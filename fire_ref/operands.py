"""What comes in and what goes out: the rules for an accepted array, and the dtype its result is rounded to."""

from __future__ import annotations

import sys
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import matrix_shape, same_shape
from .arrays import (
    FLOATS,
    HALVES,
    Array,
    DType,
    Namespace,
    dense,
    dtype_name,
    home,
    is_dask,
    placeholder,
    quiet,
    wide_dtype,
)
from .errors import sentence


@dataclass(frozen=True)
class Operand:
    """An accepted array: real floating, detached from any graph, otherwise as it was given."""

    array: Array
    xp: Namespace
    dtype: DType
    name: str
    device: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return tuple(self.array.shape)

    @property
    def wide(self) -> DType:
        """The dtype for measures and exact work: float64, or float32 where there is none."""
        return wide_dtype(self.xp, self.device)

    def quiet(self) -> AbstractContextManager[Any]:
        """Return `arrays.quiet` for work in this namespace."""
        return quiet(self.xp, self.device)

    @property
    def library(self) -> str:
        """The namespace's name, for messages."""
        return str(self.xp.__name__.removeprefix("array_api_compat."))

    @property
    def place(self) -> str:
        """Library and device, for messages and comparison."""
        return f"{self.library} on {self.device}"


def operand(
    function: str, argument: str, value: object, *, check: bool = True, host: bool = False, warn: bool = True
) -> Operand:
    """
    Accept an array, or refuse it with a sentence that says why.

    Parameters
    ----------
    function, argument : str
        Where the value was given, for the message.
    value : array_like
        An array of any supported library, or a nested list (becomes NumPy float64).
    check : bool
        False allows a JAX tracer.
    host : bool
        The function works on host values and never allows one.
    warn : bool
        Whether to warn when integers become float32.

    Returns
    -------
    Operand
        Integers have become float64 (float32 on JAX without x64, with one warning).

    Raises
    ------
    TypeError
        Not an array, or not of a real dtype up to float64, or the stand-in of a transformation while `check` is true.
    NotImplementedError
        A Dask array: the functions that take one look for it before they come here.
    """
    array = dense(function, argument, value)
    if is_dask(array):
        raise NotImplementedError(
            f"{function}: {argument} is a Dask array, which this call does not take. Try {argument}.compute(), "
            "or one of sfe, dfi, newton_schulz and polar_factor(method='fast')."
        )
    stand_in = placeholder(array) if check or host else None
    if stand_in is not None:
        rule = "hold values" if host else "hold values while check=True"
        outside, unchecked = "calling it outside", "check=False under"
        advice = f"{outside if host else unchecked} jit, vmap and other transformations"
        raise TypeError(sentence(function, argument, rule, stand_in, advice))
    xp, device = home(array)
    name = dtype_name(array)
    if name.startswith(("int", "uint")):
        wide = wide_dtype(xp, device)
        if wide == xp.float32 and warn:
            _warn_of_float32(function, argument)
        array = xp.astype(array, wide)
    elif name not in FLOATS:
        rule = "be real, of dtype bfloat16, float16, float32, float64 or an integer type"
        advice = "its real part" if name.startswith("complex") else "converting it to float64 first"
        raise TypeError(sentence(function, argument, rule, f"dtype {name}", advice))
    return Operand(array, xp, array.dtype, dtype_name(array), device)


def _warn_of_float32(function: str, argument: str) -> None:
    """Warn at the line of the caller, however deep inside the package this is."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "fire_ref":
        frame, level = frame.f_back, level + 1
    text = f"{function}: {argument} holds integers and this namespace has no float64; computing in float32."
    warnings.warn(text, stacklevel=level)


def pair(
    function: str, names: tuple[str, str], values: tuple[object, object], *, check: bool, host: bool = False
) -> tuple[Operand, Operand]:
    """
    Accept two arrays of one library, device and shape.

    Parameters
    ----------
    function : str
        Who asks.
    names : tuple of str
        Their argument names.
    values : tuple of array_like
        The two arrays.
    check, host : bool
        As for `operand`.

    Returns
    -------
    tuple of Operand

    Raises
    ------
    TypeError
        One is refused, or their libraries or devices differ.
    ValueError
        Not matrices, or of different shapes.
    """
    first = operand(function, names[0], values[0], check=check, host=host)
    integers = dtype_name(values[0]).startswith(("int", "uint")) if hasattr(values[0], "dtype") else False
    second = operand(function, names[1], values[1], check=check, host=host, warn=not integers)
    same_home(function, first, second, names)
    matrix_shape(function, names[0], first.shape)
    same_shape(function, names, first.shape, second.shape)
    return first, second


def same_home(function: str, first: Operand, second: Operand, names: tuple[str, str]) -> None:
    """
    Refuse two arrays of different libraries or devices.

    Parameters
    ----------
    function : str
        Who asks.
    first, second : Operand
        The two arrays.
    names : tuple of str
        Their argument names.

    Raises
    ------
    TypeError
        The namespaces or devices differ.
    """
    if first.place != second.place:
        who, rule = f"{names[0]} and {names[1]}", "be arrays of one library on one device"
        raise TypeError(sentence(function, who, rule, f"{first.place} and {second.place}", "moving one to the other"))


def iteration_dtype(function: str, w: Operand, dtype: Any) -> DType:
    """
    Return the dtype an iteration runs in: the input's, float32 for half, or the one asked for.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        The input.
    dtype : None, str or dtype
        None for the rule, else a dtype of the input's namespace or its name.

    Returns
    -------
    dtype
        Of the input's namespace.

    Raises
    ------
    TypeError
        `dtype` is not a floating dtype of that namespace.
    """
    if dtype is None:
        return w.xp.float32 if w.name in HALVES else getattr(w.xp, w.name)
    name = dtype if isinstance(dtype, str) else dtype_name(dtype)
    found = getattr(w.xp, name, None) if name in FLOATS else None
    if found is None or (name == "float64" and w.wide != found):
        rule = f"be a floating dtype that {w.library} has"
        raise TypeError(sentence(function, "dtype", rule, repr(dtype), "dtype='float32'"))
    return found


def widest(first: DType, second: DType) -> DType:
    """Return the wider of two floating dtypes."""
    return first if FLOATS.index(dtype_name(first)) >= FLOATS.index(dtype_name(second)) else second


def from_host(values: np.ndarray[Any, np.dtype[Any]], like: Operand, dtype: DType) -> Array:
    """Copy host values to the namespace and device of `like`; a 0-d one of NumPy's becomes a scalar."""
    if values.ndim == 0:
        return like.xp.asarray(values.item(), dtype=dtype, device=like.device)[()]
    return like.xp.asarray(values, dtype=dtype, device=like.device)


def handed_back(w: Operand, result: Array, *, copy: bool = True) -> Array:
    """Round a result to the caller's dtype, once; what overflows there becomes inf. No copy: if nobody else has it."""
    with w.quiet():
        if w.name == "bfloat16" and dtype_name(result) == "float64":
            result = _clear_of_ties(w, result)
        return w.xp.astype(result, w.dtype, copy=copy)


def _clear_of_ties(w: Operand, x: Array) -> Array:
    """
    Return x in float32 so that rounding it to bfloat16 is rounding x: libraries cast float64 by way of float32.

    That goes wrong only where float32 lands on the middle of two bfloat16 numbers and x does not lie there: such a
    value is moved by one float32 towards x.
    """
    xp = w.xp
    y = xp.astype(x, xp.float32)
    infinity = xp.full_like(y, float("inf"))
    below, above = xp.nextafter(y, -infinity), xp.nextafter(y, infinity)
    low, high = (xp.astype(xp.astype(side, w.dtype), xp.float32) for side in (below, above))
    middle = (low != high) & (low / 2 + high / 2 == y)
    missed = x - xp.astype(y, xp.float64)
    return xp.where(middle & (missed > 0), above, xp.where(middle & (missed < 0), below, y))
