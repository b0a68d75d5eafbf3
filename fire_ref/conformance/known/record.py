"""The record of one implementation that is verified live: how to call it, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Where the wrappers of other projects' code are: a target is f"{CALLABLES}:name".
CALLABLES = f"{__package__}.callables"
#: Newton-Schulz behind an eps: a tiny matrix does not become an isometry, and sums of squares leave the dtype's range.
BOUNDS = ("EPS_FLOOR", "OVERFLOW")
#: Likewise, after so few steps that small singular values stay away from 1.
K_STEP = ("UNDER_ITERATED", *BOUNDS)
#: It computes and answers in half precision.
NARROWED = ("DTYPE_DOWNCAST", "DTYPE_CHANGED")


@dataclass(frozen=True)
class Known:
    """
    One callable of an installable package.

    Attributes
    ----------
    name : str
        A label, as "scipy.linalg.polar".
    package : str
        The distribution on PyPI, as `importlib.metadata` knows it.
    target : str
        "module:callable"; one of `fire_ref.conformance.known.callables` where a plain call does not reach it.
    level : str
        "matrix", or "weight" where it also applies a gain or takes kernels.
    arrays, dtype : str
        What it is given, as "torch" and "float32".
    dialect : str
        What it is verified against.
    computes : str
        What it does, in a few words.
    result : int, str or None
        Which item of what it returns is the answer.
    kwargs : mapping
        Keyword arguments of every call.
    adapter : str or None
        "linear" or "conv2d" where it takes a torch module.
    in_place : bool
        The answer is the edited argument.
    faithful, converged : str
        The verdicts that are expected, "yes" or "no".
    codes : tuple of str
        The diagnoses that are expected, of severity error or limit.
    note : str
        Worth knowing before it is called.
    """

    name: str
    package: str
    target: str
    level: str
    arrays: str
    dtype: str
    dialect: str
    computes: str
    result: int | str | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    adapter: str | None = None
    in_place: bool = False
    faithful: str = "yes"
    converged: str = "yes"
    codes: tuple[str, ...] = ()
    note: str = ""
