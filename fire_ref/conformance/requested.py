"""What `verify` was asked for, checked before anything is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import choice, real
from ..errors import sentence
from .dialect import LEVELS, Dialect, dialect_named
from .precision import DTYPES
from .targets import devices
from .targets.outcome import Setup

ARRAYS = ("numpy", "torch", "jax", "cupy", "mlx")
ADAPTERS = ("linear", "conv2d")


def declared(dialect: object, level: object) -> Dialect:
    """
    Look up a dialect at a level.

    Parameters
    ----------
    dialect, level : object
        The caller's.

    Returns
    -------
    Dialect

    Raises
    ------
    ValueError
        Unknown, or no dialect of that level.
    """
    return dialect_named("verify", dialect, choice("verify", "level", level, LEVELS))


def setup(
    dialect: Dialect,
    level: str,
    arrays: object,
    dtype: object,
    kwargs: Mapping[str, Any] | None,
    result: int | str | None,
    in_place: bool,
    adapter: str | None,
    device: object = None,
) -> Setup:
    """
    Check how the target is to be called.

    Parameters
    ----------
    dialect : Dialect
        Declared.
    level : str
        Declared.
    arrays, dtype, kwargs, result, in_place, adapter, device
        As in `verify`.

    Returns
    -------
    Setup

    Raises
    ------
    TypeError
        `kwargs`, `result` or `in_place` of the wrong type.
    ValueError
        An unknown name, or options that exclude each other.
    """
    if kwargs is not None and not (isinstance(kwargs, Mapping) and all(isinstance(key, str) for key in kwargs)):
        raise TypeError(sentence("verify", "kwargs", "map names to values", repr(kwargs), "kwargs={'steps': 5}"))
    if isinstance(result, bool) or not (result is None or isinstance(result, (int, str))):
        raise TypeError(sentence("verify", "result", "be an index or a name", repr(result), "result=0"))
    _true_or_false("in_place", in_place)
    if in_place and result is not None:
        raise ValueError(sentence("verify", "result", "be absent with in_place", repr(result), "one of the two"))
    if adapter is not None:
        _adapted(dialect, level, adapter, in_place or result is not None)
    known_arrays = choice("verify", "arrays", arrays, ARRAYS)
    known_dtype = choice("verify", "dtype", dtype, DTYPES)
    known_device = devices.fitting(known_arrays, device)
    return Setup(known_arrays, known_dtype, dict(kwargs or {}), result, in_place, adapter, known_device)


def _adapted(dialect: Dialect, level: str, adapter: str, elsewhere: bool) -> None:
    choice("verify", "adapter", adapter, ADAPTERS)
    if level != "weight":
        rule = "come with level='weight'"
        raise ValueError(sentence("verify", "adapter", rule, f"level={level!r}", "level='weight'"))
    if dialect.layouts.get(4 if adapter == "conv2d" else 2) not in ("OI", "OIHW"):
        rule = "fit the dialect's layouts"
        raise ValueError(sentence("verify", "adapter", rule, f"{adapter!r} for {dialect.name!r}", "dialect='official'"))
    if elsewhere:
        rule = "be used without in_place and result: it reads the weight of the module"
        raise ValueError(sentence("verify", "adapter", rule, repr(adapter), "one of them"))


def options(quick: bool, timeout: float, progress: Callable[[int, int, str], None] | None) -> None:
    """
    Check the rest.

    Parameters
    ----------
    quick, timeout, progress
        As in `verify`.

    Raises
    ------
    TypeError
        Of the wrong type.
    ValueError
        A timeout that is not positive.
    """
    _true_or_false("quick", quick)
    real("verify", "timeout", timeout, least=0.0, advice="timeout=30.0", strict=True)
    if progress is not None and not callable(progress):
        raise TypeError(sentence("verify", "progress", "be callable", repr(progress), "progress=print"))


def _true_or_false(argument: str, value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(sentence("verify", argument, "be True or False", repr(value), f"{argument}=True"))
