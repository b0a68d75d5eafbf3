"""What is learned when: a share of the images and then all, a growing share, or a growing set of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ..tasks import stream
from .pictures import Labels, Pictures
from .sizes import VisionSizes


class Phase(NamedTuple):
    """
    One chunk.

    Attributes
    ----------
    train : ndarray of int
        Places of the images that are learned; what was learned before is among them.
    test : ndarray of int
        Places of the test images that are asked: of the classes that were seen.
    updates : int
        How many updates it takes.
    """

    train: Labels
    test: Labels
    updates: int


def warm(pictures: Pictures, sizes: VisionSizes, seed: int, task: int) -> Phase:
    """
    Learn a share of the images, and then all of them.

    Parameters
    ----------
    pictures : Pictures
        The data set.
    sizes : VisionSizes
        How many images, and which share comes first.
    seed : int
        Draws them; the same for all arms.
    task : int
        0 for the share, 1 for all.

    Returns
    -------
    Phase
    """
    chosen = _chosen(pictures, sizes, seed)
    share = max(1, round(sizes.first * len(chosen))) if task == 0 else len(chosen)
    return Phase(chosen[:share], np.arange(len(pictures.test)), sizes.updates_in(task))


def continual(pictures: Pictures, sizes: VisionSizes, seed: int, task: int) -> Phase:
    """
    Learn one more part of the images in each chunk, of parts of one size.

    Parameters
    ----------
    pictures : Pictures
        The data set.
    sizes : VisionSizes
        How many images and chunks.
    seed : int
        Draws them; the same for all arms.
    task : int
        From 0.

    Returns
    -------
    Phase
    """
    chosen = _chosen(pictures, sizes, seed)
    grown = max(1, len(chosen) * (task + 1) // sizes.chunks)
    return Phase(chosen[:grown], np.arange(len(pictures.test)), sizes.updates_in(task))


def classes(pictures: Pictures, sizes: VisionSizes, seed: int, task: int) -> Phase:
    """
    Learn some more classes in each chunk, and go on with those before; asked are those that were seen.

    Parameters
    ----------
    pictures : Pictures
        The data set.
    sizes : VisionSizes
        How many images and chunks.
    seed : int
        Draws the images, and the order of the classes; the same for all arms.
    task : int
        From 0.

    Returns
    -------
    Phase
    """
    seen = stream(seed, "task").permutation(pictures.classes)[: pictures.classes * (task + 1) // sizes.chunks]
    chosen = _chosen(pictures, sizes, seed)
    asked = np.flatnonzero(np.isin(pictures.test_labels, seen))
    return Phase(chosen[np.isin(pictures.labels[chosen], seen)], asked, sizes.updates_in(task))


def spread(places: Labels, most: int) -> Labels:
    """
    Return some of the images of a phase, evenly: those that were learned before come first in it, the new ones last.

    Parameters
    ----------
    places : ndarray of int
        Of a phase.
    most : int
        How many at most; 0 for all.

    Returns
    -------
    ndarray of int
    """
    if not most or most >= len(places):
        return places
    return places[np.arange(most) * len(places) // most]


def _chosen(pictures: Pictures, sizes: VisionSizes, seed: int) -> Labels:
    return stream(seed, "images").permutation(len(pictures.train))[: sizes.images]


PHASES: Mapping[str, Callable[[Pictures, VisionSizes, int, int], Phase]] = {
    "warm": warm,
    "continual": continual,
    "classes": classes,
}
