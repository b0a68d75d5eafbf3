"""Images of any of the data sets, small and compact: pooled, unsigned bytes, and what standardises them."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Labels: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
#: Images that are counted at once, so that no wide copy of a whole data set is made.
BLOCK = 2000


class Pictures(NamedTuple):
    """
    A data set.

    Attributes
    ----------
    train, test : ndarray of uint8, shape (images, 3, side, side)
        Red, green and blue.
    labels, test_labels : ndarray of int64, shape (images,)
        What they show.
    classes : int
        How many kinds there are.
    """

    train: Bytes
    labels: Labels
    test: Bytes
    test_labels: Labels
    classes: int


class Standard(NamedTuple):
    """Of each channel the mean over all pixels of a training set, and the deviation, in units of a byte."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


def pooled(images: Bytes, side: int) -> Bytes:
    """
    Make images smaller by the mean over squares of pixels.

    Parameters
    ----------
    images : ndarray of uint8, shape (..., larger, larger)
        The images.
    side : int
        What they become; it divides the larger one.

    Returns
    -------
    ndarray of uint8, shape (..., side, side)
        Rounded, a half upwards.
    """
    square = images.shape[-1] // side
    if square == 1:
        return images
    cut = images.reshape(*images.shape[:-2], side, square, side, square)
    total = cut.sum(axis=(-3, -1), dtype=np.uint32)
    means: Bytes = ((total + square**2 // 2) // square**2).astype(np.uint8)
    return means


def standard(images: Bytes) -> Standard:
    """
    Measure the channels of a training set.

    Parameters
    ----------
    images : ndarray of uint8, shape (images, channels, side, side)
        The training set.

    Returns
    -------
    Standard
        Exact but for the last rounding: bytes are counted, not added up. A channel of one value has deviation 1.
    """
    values = np.arange(256)
    mean, deviation = [], []
    for channel in range(images.shape[1]):
        counts = np.zeros(256, np.int64)
        for start in range(0, len(images), BLOCK):
            counts += np.bincount(images[start : start + BLOCK, channel].ravel(), minlength=256)
        middle = float(counts @ values / counts.sum())
        mean.append(middle)
        deviation.append(float(counts @ (values - middle) ** 2 / counts.sum()) ** 0.5 or 1.0)
    return Standard(tuple(mean), tuple(deviation))
