"""The options of `fire-ref verify`, turned into what the library takes."""

from __future__ import annotations

import argparse
import ast
import warnings
from collections.abc import Iterable
from typing import Any

from ..arguments import real
from ..errors import sentence

COMMAND = "fire-ref verify"
#: Seconds a single call may take.
TIMEOUT = 30.0
#: What makes no sense without a target: option -> its name among the parsed ones.
TARGETED = {
    "--dialect": "dialect",
    "--level": "level",
    "--arrays": "arrays",
    "--dtype": "dtype",
    "--set": "set",
    "--result": "result",
    "--in-place": "in_place",
    "--adapter": "adapter",
    "--device": "device",
    "--html": "html",
}


def check(options: argparse.Namespace) -> None:
    """
    Refuse what does not go together.

    Parameters
    ----------
    options : argparse.Namespace
        Of `fire-ref verify`; what was not given is None, False or empty.

    Raises
    ------
    ValueError
        An option that needs a target, or contradicts another.
    """
    if options.target is None:
        for option, name in TARGETED.items():
            if getattr(options, name):
                advice = f"{COMMAND} package.module:callable {option} ..."
                raise ValueError(sentence(COMMAND, option, "come with a TARGET", "none", advice))
    if options.html == "-":
        raise ValueError(sentence(COMMAND, "--html", "name a file", "'-'", "--html report.html"))
    if options.adapter is not None and options.level == "matrix":
        raise ValueError(sentence(COMMAND, "--adapter", "come with --level weight", "matrix", "to leave --level out"))


def settings(options: argparse.Namespace) -> dict[str, Any]:
    """
    Gather the keyword arguments of `verify`.

    Parameters
    ----------
    options : argparse.Namespace
        As in `check`.

    Returns
    -------
    dict of str to object

    Raises
    ------
    ValueError
        A value that cannot be read.
    """
    module = options.adapter is not None  # an adapter's target takes a torch module
    return {
        "dialect": options.dialect or "official",
        "level": options.level or ("weight" if module else "matrix"),
        "arrays": options.arrays or ("torch" if module else "numpy"),
        "dtype": options.dtype or "float32",
        "kwargs": keywords(options.set),
        "result": None if options.result is None else item(options.result),
        "in_place": options.in_place,
        "adapter": options.adapter,
        "device": options.device,
        "quick": options.quick,
        "timeout": seconds(options.timeout),
    }


def keywords(given: Iterable[str]) -> dict[str, Any]:
    """
    Read the values of `--set`.

    Parameters
    ----------
    given : iterable of str
        Each "name=value"; the value a Python literal, else itself.

    Returns
    -------
    dict of str to object

    Raises
    ------
    ValueError
        No name, or the same one twice.

    Examples
    --------
    >>> keywords(["steps=5", "norm=fro", "shape=(1, 2)"])
    {'steps': 5, 'norm': 'fro', 'shape': (1, 2)}
    """
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise ValueError(sentence(COMMAND, "--set", "be name=value", repr(text), "--set steps=5"))
        if name in found:
            raise ValueError(sentence(COMMAND, "--set", "give each name once", f"{name!r} twice", "one of them"))
        found[name] = literal(value)
    return found


def literal(text: str) -> Any:
    """
    Read a Python literal; what is none is a string.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    object

    Examples
    --------
    >>> literal("None"), literal("1e-3"), literal("fro")
    (None, 0.001, 'fro')
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the spelling of a string
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def item(text: str) -> int | str:
    """
    Read which item of what is returned is the answer.

    Parameters
    ----------
    text : str
        An index, also from the end, or a name.

    Returns
    -------
    int or str

    Examples
    --------
    >>> item("-1"), item("Q")
    (-1, 'Q')
    """
    return int(text) if text.removeprefix("-").isdecimal() else text


def seconds(given: float | None) -> float:
    """
    Check the time that a call may take.

    Parameters
    ----------
    given : float or None
        None for `TIMEOUT`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Not positive and finite.
    """
    return (
        TIMEOUT if given is None else real(COMMAND, "--timeout", given, least=0.0, strict=True, advice="--timeout 30")
    )
