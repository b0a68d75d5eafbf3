"""Spectra on which a dialect hardly stretches errors: what half precision can be judged by."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .dialect import DIALECTS
from .spectra import spectrum
from .truth import frobenius, respond

#: Sides among which the mildest spectra are looked for.
SIDES = (3, 4, 5, 6, 8, 10, 12)
#: Ratios of the two values.
RATIOS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.575, 0.6, 0.625, 0.65, 0.675, 0.7, 0.75, 0.8, 0.85)
#: How many are kept.
KEPT = 4


@lru_cache
def mildest(name: str) -> tuple[int, tuple[str, ...]]:
    """
    Find the side and the two-valued spectra with the least amplification A.

    A right loop's error is about eps A: in bfloat16 it is only told from a wrong one where A is at most 6.

    Parameters
    ----------
    name : str
        A dialect.

    Returns
    -------
    p : int
        The short side.
    recipes : tuple of str
        For `spectrum`; the first is the mildest.

    Examples
    --------
    >>> mildest("official")[0]
    3
    """
    best: tuple[float, int, tuple[str, ...]] = (np.inf, 0, ())
    for p in SIDES:
        recipes = [f"two:{q}:{ratio}" for q in range(1, p) for ratio in RATIOS]
        ranked = sorted((_stretch(name, recipe, p), recipe) for recipe in recipes)[:KEPT]
        if ranked[-1][0] < best[0]:
            best = (ranked[-1][0], p, tuple(recipe for _, recipe in ranked))
    return best[1], best[2]


def _stretch(name: str, recipe: str, p: int) -> float:
    dialect, s = DIALECTS[name], spectrum(recipe, p)
    # Also a percent to either side: the norm is rounded, too.
    norm = frobenius(s) if dialect.normalization == "frobenius" else 1.0
    return max(respond(s / norm / dialect.safety * near, dialect)[1] for near in (0.99, 1.0, 1.01))
