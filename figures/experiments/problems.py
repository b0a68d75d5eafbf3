"""The kinds of experiments, by panel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fire_ref.errors import sentence

from . import mnist
from .configuration import METRIC, Configuration, Sizes
from .course import Problem
from .language.problems import TEXT_PROBLEMS
from .mnist_course import MnistCourse
from .refusing import UnusableError
from .vision import loading
from .vision.course import VisionCourse
from .vision.pictures import Pictures
from .vision.sizes import VisionSizes


def _mnist(folder: Path | None, sizes: Sizes) -> mnist.Images:
    found = mnist.load(folder)
    _enough("mnist", len(found.train), sizes.images)
    return found


def _images(folder: Path | None, sizes: VisionSizes) -> Pictures:
    found = loading.load(sizes.dataset, sizes.side, folder)
    _enough(sizes.dataset, len(found.train), sizes.images)
    return found


def _enough(name: str, there: int, wanted: int) -> None:
    """
    Refuse data of which a run would be smaller than it says.

    Raises
    ------
    UnusableError
        There are fewer images than wanted.
    """
    if there < wanted:
        raise UnusableError(sentence(name, "--data", f"hold {wanted} training images", there, "the whole data set"))


# V1 keeps the order of the first runs: every arm trains its own first task.
_LABELS = Problem(Sizes, METRIC, _mnist, MnistCourse, shares=False)

_AVERAGED = "test accuracy at the end of each chunk, averaged over all but the first"
_METRICS = {
    "warm": "test accuracy at the end of the last chunk",
    "continual": _AVERAGED,
    "classes": f"{_AVERAGED}, of the classes seen so far",
}

PROBLEMS: Mapping[str, Problem] = {
    "random-labels": _LABELS,
    "permuted-inputs": _LABELS,
    **{
        f"{protocol}.{dataset}": Problem(VisionSizes, metric, _images, VisionCourse, online=True)
        for protocol, metric in _METRICS.items()
        for dataset in ("cifar10", "cifar100", "tiny-imagenet")
    },
    **TEXT_PROBLEMS,
}


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
