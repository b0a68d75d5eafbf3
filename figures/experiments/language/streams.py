"""Generators for what is drawn from text: the same for all arms, and for a run that was broken off."""

from __future__ import annotations

import numpy as np

#: What a generator is for: each has a stream of its own, whatever the others draw.
STREAMS = ("vocabulary", "windows", "companion")
#: Keeps these apart from the streams of images.
TEXT = 9


def stream(seed: int, purpose: str, *places: int) -> np.random.Generator:
    """
    Return the generator for one purpose at one place.

    Parameters
    ----------
    seed : int
        Of the run; the arm plays no part.
    purpose : str
        Of `STREAMS`.
    *places : int
        The phase, and the update where there is one.

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng([seed, TEXT, STREAMS.index(purpose), *places])
