"""The tasks of both panels: new labels for the same images, or the same images with their pixels in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .configuration import Configuration
from .mnist import CLASSES, Images

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
#: What a generator is for: each has a stream of its own, whatever the others draw.
STREAMS = ("images", "task", "order", "isometry", "companion")


class Task(NamedTuple):
    """What is learned, and what it is tested on; nothing, where no test could be passed."""

    inputs: Array
    labels: Array
    test: tuple[Array, Array] | None = None


def stream(seed: int, purpose: str, task: int = 0) -> np.random.Generator:
    """
    Return the generator for one purpose in one task: a resumed run draws what an unbroken one draws.

    Parameters
    ----------
    seed : int
        Of the run; the arm plays no part, so that all arms see the same.
    purpose : str
        Of `STREAMS`.
    task : int
        From 0.

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng([seed, STREAMS.index(purpose), task])


def random_labels(images: Images, configuration: Configuration, task: int) -> Task:
    """
    Give the images of the seed labels that say nothing, uniform and independent, anew in every task.

    Parameters
    ----------
    images : Images
        MNIST.
    configuration : Configuration
        Its seed and number of images.
    task : int
        From 0.

    Returns
    -------
    Task
        With no test: there is nothing to generalise.
    """
    chosen = _chosen(images, configuration)
    labels = stream(configuration.seed, "task", task).integers(CLASSES, size=len(chosen))
    return Task(images.train[chosen], labels)


def permuted_inputs(images: Images, configuration: Configuration, task: int) -> Task:
    """
    Put the pixels of all images into an order that is drawn anew in every task; the labels are the true ones.

    Parameters
    ----------
    images : Images
        MNIST.
    configuration : Configuration
        Its seed and number of images.
    task : int
        From 0.

    Returns
    -------
    Task
        Tested on the test images, their pixels in the same order.
    """
    chosen = _chosen(images, configuration)
    order = stream(configuration.seed, "task", task).permutation(images.train.shape[1])
    return Task(images.train[chosen][:, order], images.labels[chosen], (images.test[:, order], images.test_labels))


def _chosen(images: Images, configuration: Configuration) -> Array:
    return stream(configuration.seed, "images").permutation(len(images.train))[: configuration.sizes.images]


PANELS: Mapping[str, Callable[[Images, Configuration, int], Task]] = {
    "random-labels": random_labels,
    "permuted-inputs": permuted_inputs,
}
