"""The kinds of experiments, by panel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import mnist
from .configuration import METRIC, Configuration, Sizes
from .course import Problem
from .mnist_course import MnistCourse


def _mnist(folder: Path | None, _: Any) -> mnist.Images:
    return mnist.load(folder)


# V1 keeps the order of the first runs: every arm trains its own first task.
_LABELS = Problem(Sizes, METRIC, _mnist, MnistCourse, shares=False)

PROBLEMS: Mapping[str, Problem] = {"random-labels": _LABELS, "permuted-inputs": _LABELS}


def configured(told: dict[str, Any]) -> Configuration:
    """
    Read a configuration that JSON has kept.

    Parameters
    ----------
    told : dict
        Of `Configuration.plain`.

    Returns
    -------
    Configuration

    Raises
    ------
    TypeError
        It is not one.
    KeyError
        Likewise.
    """
    return Configuration(**{**told, "sizes": PROBLEMS[told["panel"]].sizes(**told["sizes"])})
