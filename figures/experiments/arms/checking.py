"""
Is what takes a weight's place FIRE of it? By a route that the reinitialisation does not take.

A singular value decomposition in float64 gives the singular values and vectors, and the closed form on them
(`fire_ref.spectral_response`) what k steps make of them. `fire_ref.testing.assert_fire` judges the same and explains
what it finds, but takes three seconds for a network that trains in ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import fire_ref
from fire_ref.arrays import to_host
from fire_ref.errors import sentence

from ..refusing import NotFireError
from .arm import State, gain

#: The contract's bound on k steps against their closed form, and on the exact factor: 10 p' eps A.
FACTOR, LEAST = 10.0, 8


def check(before: State, after: State, names: Sequence[str], steps: int | None) -> int:
    """
    Check every weight that was reinitialised.

    Parameters
    ----------
    before, after : mapping of str to tensor
        The states.
    names : sequence of str
        The weights.
    steps : int or None
        k; None for exact FIRE.

    Returns
    -------
    int
        How many were checked.

    Raises
    ------
    NotFireError
        One of them is not FIRE.
    """
    for name in names:
        distance, bound = apart(before[name], after[name], steps)
        if not distance <= bound:
            kind = "exact FIRE" if steps is None else f"FIRE with k = {steps}"
            got = f"one {distance:.3g} from it, where rounding explains {bound:.3g}"
            raise NotFireError(sentence("fire", name, f"become {kind}", got, "fire_ref.testing.assert_fire on it"))
    return len(names)


def apart(before: Any, after: Any, steps: int | None) -> tuple[float, float]:
    """
    Measure how far a weight is from FIRE of another.

    Parameters
    ----------
    before, after : tensor, shape (out, in)
        The weight, and what took its place.
    steps : int or None
        k; None for exact FIRE.

    Returns
    -------
    distance, bound : float
        In the Frobenius norm, and how far rounding may take it.
    """
    W, V = (to_host(one.detach()).astype(np.float64) for one in (before, after))
    c, p = gain(before), max(min(W.shape), LEAST)
    eps = float(np.finfo(to_host(before.detach()).dtype).eps)
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    if steps is None:
        response, stretched = np.ones_like(s), 1.0
    else:
        normed = s / np.linalg.norm(s)
        response = to_host(fire_ref.spectral_response(normed, steps))
        # What rounding is stretched by is the largest ratio that any singular value is stretched by.
        stretched = max(1.0, 1.5**steps)
    return float(np.linalg.norm(V - c * (U * response) @ Vh)), FACTOR * p * eps * stretched * c
