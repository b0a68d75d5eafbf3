"""The learning rate's way through a chunk: up in a straight line, then level, or down along a cosine."""

from __future__ import annotations

from math import cos, pi


def factor(update: int, updates: int, warmup: float, *, cosine: bool) -> float:
    """
    Return what the highest rate is multiplied by.

    Parameters
    ----------
    update : int
        Of the chunk, from 0.
    updates : int
        In the chunk.
    warmup : float
        The share of them in which the rate rises.
    cosine : bool
        Whether it falls after that.

    Returns
    -------
    float
        Above 0, at most 1.
    """
    rising = round(warmup * updates)
    if update < rising:
        return (update + 1) / rising
    # Half a step is what keeps the last update from being made for nothing.
    return (1 + cos(pi * (update - rising + 0.5) / (updates - rising))) / 2 if cosine else 1.0
