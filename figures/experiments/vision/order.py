"""The order in which images are learned: through all of them again and again, in whole batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Places = np.ndarray[Any, np.dtype[np.int64]]


def batches(images: int, batch: int, updates: int, rng: np.random.Generator) -> Iterator[Places]:
    """
    Draw what each update learns.

    Parameters
    ----------
    images : int
        How many there are.
    batch : int
        How many an update takes; all of them, where there are fewer.
    updates : int
        How many batches.
    rng : numpy.random.Generator
        Of the run's order: the same for all arms.

    Yields
    ------
    ndarray of int, shape (batch,)
        Places of images. A batch goes on into the next epoch where the last one ends: none is smaller than others.
    """
    size = min(batch, images)
    waiting = rng.permutation(images)
    for _ in range(updates):
        if len(waiting) < size:
            waiting = np.concatenate([waiting, rng.permutation(images)])
        yield waiting[:size]
        waiting = waiting[size:]
