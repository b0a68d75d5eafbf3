"""Windows of a text: drawn for an update, or spread evenly over it for a look at it."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from .parts import Part
from .sizes import TextSizes
from .streams import stream
from .texts import Tokens

#: What is read, and what comes one token later.
Batch: TypeAlias = tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]


def drawn(texts: Part, sizes: TextSizes, seed: int, phase: int, update: int) -> Batch:
    """
    Draw the windows of an update: what it sees depends on its number, and not on those before it.

    Parameters
    ----------
    texts : Part
        New and old.
    sizes : TextSizes
        Windows, their length, and the share of the old text's.
    seed, phase, update : int
        Of the run, and from 0.

    Returns
    -------
    inputs, targets : ndarray of int64, shape (batch, context)
    """
    rng = stream(seed, "windows", phase, update)
    starts = rng.random(sizes.batch)
    replayed = rng.random(sizes.batch) < sizes.replayed
    rows = []
    for start, again in zip(starts, replayed, strict=True):
        train = texts.old.train if again and texts.old is not None else texts.new.train
        rows.append(_window(train, int(start * (len(train) - sizes.context)), sizes.context))
    return _pair(np.stack(rows))


def even(tokens: Tokens, windows: int, context: int) -> Batch:
    """
    Spread windows over a text: the same at every look.

    Parameters
    ----------
    tokens : ndarray, shape (n,)
        The text, longer than a window.
    windows : int
        At most how many; fewer where they would overlap.
    context : int
        Their length.

    Returns
    -------
    inputs, targets : ndarray of int64, shape (windows, context)
    """
    count = min(windows, (len(tokens) - 1) // context)
    starts = np.linspace(0, len(tokens) - context - 1, count).astype(int)
    return _pair(np.stack([_window(tokens, start, context) for start in starts]))


def _window(tokens: Tokens, start: int, context: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return tokens[start : start + context + 1].astype(np.int64)


def _pair(windows: np.ndarray[Any, np.dtype[np.int64]]) -> Batch:
    return windows[:, :-1], windows[:, 1:]
