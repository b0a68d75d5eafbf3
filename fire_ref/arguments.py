"""What a number, a name and a matrix shape must look like, and the sentence when they do not."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import SupportsFloat

import numpy as np

from .errors import sentence


def count(function: str, argument: str, value: object, least: int = 0) -> int:
    """
    Accept a whole number of at least `least`; bool and fractions are refused.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : object
        Any integer type.
    least : int
        The smallest allowed.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        Not an integer.
    ValueError
        Too small.
    """
    rule = f"be a whole number >= {least}"
    if isinstance(value, (bool, np.bool)):  # NumPy's is still an index to some releases
        raise TypeError(sentence(function, argument, rule, repr(value), f"{argument}=10"))
    try:
        number = operator.index(value)  # type: ignore[arg-type] # the TypeError is the test
    except TypeError:
        raise TypeError(sentence(function, argument, rule, repr(value), f"{argument}=10")) from None
    if number < least:
        raise ValueError(sentence(function, argument, rule, repr(value), f"{argument}={max(least, 10)}"))
    return number


def real(
    function: str,
    argument: str,
    value: object,
    *,
    least: float,
    advice: str,
    strict: bool = False,
    infinite: bool = False,
) -> float:
    """
    Accept a real number in ``[least, inf)`` (open at `least` if `strict`, closed at inf if `infinite`).

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : object
        A Python or NumPy real number, or a 0-d array.
    least : float
        The lower end.
    advice : str
        A value that makes sense there.
    strict, infinite : bool
        Which ends belong to the range.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        Not a real number.
    ValueError
        Out of range or NaN.
    """
    rule = f"be a {'' if infinite else 'finite '}number {'>' if strict else '>='} {least:g}"
    refused = isinstance(value, (bool, np.bool, str, bytes, complex))
    try:
        if refused or not isinstance(value, (float, SupportsFloat)):  # the protocol is slow to ask
            raise TypeError
        number = float(value.detach() if hasattr(value, "detach") else value)
    except OverflowError:
        raise ValueError(sentence(function, argument, rule, "an integer beyond float64", advice)) from None
    except (TypeError, ValueError):
        raise TypeError(sentence(function, argument, rule, repr(value), advice)) from None
    inside = number > least if strict else number >= least
    if not inside or (math.isinf(number) and not infinite):
        raise ValueError(sentence(function, argument, rule, repr(number), advice))
    return number


def choice(function: str, argument: str, value: object, allowed: Iterable[str]) -> str:
    """
    Accept one of a few names.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : object
        The name.
    allowed : iterable of str
        All of them.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Not one of them.
    """
    names = tuple(allowed)
    if not isinstance(value, str) or value not in names:
        listed = ", ".join(repr(name) for name in names)
        raise ValueError(sentence(function, argument, f"be one of {listed}", repr(value), repr(names[0])))
    return value


def matrix_shape(function: str, argument: str, shape: tuple[int, ...], least: int = 2) -> tuple[int, int]:
    """
    Accept a shape whose last two axes are a matrix, with no empty axis.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    shape : tuple of int
        Of the whole array.
    least : int
        The smallest number of axes.

    Returns
    -------
    tuple of int
        (m, n).

    Raises
    ------
    ValueError
        Too few axes, or an empty one.
    """
    if len(shape) < least:
        rule = "have two axes or more"
        raise ValueError(sentence(function, argument, rule, f"shape {shape}", f"{argument}.reshape(rows, columns)"))
    if 0 in shape:
        raise ValueError(sentence(function, argument, "have no empty axis", f"shape {shape}", "leaving it out"))
    return int(shape[-2]), int(shape[-1])


def exactly_one(function: str, given: dict[str, object]) -> str:
    """
    Accept exactly one argument that is not None and name it.

    Parameters
    ----------
    function : str
        Who asks.
    given : dict
        Argument name to value.

    Returns
    -------
    str
        The name of the one given.

    Raises
    ------
    TypeError
        None or several were given.
    """
    present = [name for name, value in given.items() if value is not None]
    if len(present) != 1:
        names = ", ".join(given)
        got = ", ".join(present) if present else "none"
        raise TypeError(
            sentence(function, f"one of {names}", "be given, and only one", got, f"{next(iter(given))}=1.0")
        )
    return present[0]


def same_shape(function: str, names: tuple[str, str], first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """
    Refuse two arrays of different shapes.

    Parameters
    ----------
    function : str
        Who asks.
    names : tuple of str
        The two arguments.
    first, second : tuple of int
        Their shapes.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    if first != second:
        swapped = (*first[:-2], first[-1], first[-2])
        advice = f"{names[1]} transposed" if swapped == second else f"a {names[1]} of shape {first}"
        raise ValueError(
            sentence(function, f"{names[0]} and {names[1]}", "have one shape", f"{first} and {second}", advice)
        )
