"""
Is what takes a weight's place FIRE of it? By a route that the reinitialisation does not take.

A singular value decomposition in float64 gives the singular values and vectors of every matrix, and the closed form on
them (`fire_ref.spectral_response`) what k steps make of them. `fire_ref.testing.assert_fire` judges the same and
explains what it finds, but takes three seconds for a network that trains in ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

import fire_ref
from fire_ref.arrays import to_host
from fire_ref.errors import sentence

from ..refusing import NotFireError
from .arm import State
from .matrices import Weight

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

#: The contract's bound on k steps against their closed form, and on the exact factor: 10 p' eps A.
FACTOR, LEAST = 10.0, 8


class Wanted(NamedTuple):
    """
    What every matrix was to become, up to the gain.

    Attributes
    ----------
    steps : int or None
        k; None for exact FIRE.
    coefficients : str
        Of `fire_ref.COEFFICIENTS`. The cubic's steps are taken in the dtype of the weights, all others in float64.
    rescaled : bool
        Whether to the norm of the exact one.
    """

    steps: int | None
    coefficients: str = "cubic"
    rescaled: bool = False

    @property
    def text(self) -> str:
        """It in a few words."""
        if self.steps is None:
            return "exact FIRE"
        coefficients = "" if self.coefficients == "cubic" else f", {self.coefficients}"
        return f"FIRE with k = {self.steps}{coefficients}{', rescaled' if self.rescaled else ''}"


def check(before: State, after: State, weights: Sequence[Weight], wanted: Wanted) -> int:
    """
    Check every weight that was reinitialised.

    Parameters
    ----------
    before, after : mapping of str to tensor
        The states.
    weights : sequence of Weight
        Those that FIRE takes.
    wanted : Wanted
        What it was to make of them.

    Returns
    -------
    int
        How many were checked.

    Raises
    ------
    NotFireError
        One of them is not FIRE.
    """
    for weight in weights:
        for name in weight.names:
            for one, other in zip(weight.stacks(before[name]), weight.stacks(after[name]), strict=True):
                distances, bounds = apart(one.matrices, other.matrices, one.gain, wanted)
                for distance, bound in zip(distances, bounds, strict=True):
                    if not distance <= bound:
                        got = f"one {distance:.3g} from it, where rounding explains {bound:.3g}"
                        rule, advice = f"become {wanted.text}", "fire_ref.testing.assert_fire on it"
                        raise NotFireError(sentence("fire", name, rule, got, advice))
    return len(weights)


def apart(before: Any, after: Any, gain: float, wanted: Wanted) -> tuple[Array, Array]:
    """
    Measure how far matrices are from FIRE of others.

    Parameters
    ----------
    before, after : tensor, shape (count, out, in)
        Matrices, and what took their place.
    gain : float
        FIRE's.
    wanted : Wanted
        What was to become of them.

    Returns
    -------
    distance, bound : ndarray, shape (count,)
        In the Frobenius norm, and how far rounding may take it.
    """
    W, V = (to_host(one).astype(np.float64) for one in (before, after))
    eps = float(np.finfo(to_host(before).dtype).eps)
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    response, stretched = _response(s, max(W.shape[-2:]) * eps, wanted)
    distance = np.linalg.norm(V - gain * (U * response[:, None, :]) @ Vh, axis=(-2, -1))
    iterated = eps if wanted.coefficients == "cubic" else float(np.finfo(np.float64).eps)
    return distance, FACTOR * max(min(W.shape[-2:]), LEAST) * gain * (eps + iterated * stretched)


def _response(s: Array, rtol: float, wanted: Wanted) -> tuple[Array, Array]:
    """
    Return what becomes of singular values, and what rounding is stretched by.

    That is the largest ratio that a singular value is stretched by; those that are zero but for rounding are stretched
    as those near zero are: by the first coefficient in every step.
    """
    if wanted.steps is None:
        return np.ones_like(s), np.zeros(len(s))
    normed = s / np.linalg.norm(s, axis=-1, keepdims=True)
    response = to_host(fire_ref.spectral_response(normed, wanted.steps, coefficients=wanted.coefficients))
    slope = float(fire_ref.COEFFICIENTS[wanted.coefficients][0][0]) ** wanted.steps
    usable = normed > rtol * normed[:, :1]
    ratios = np.where(usable, np.abs(response) / np.where(usable, normed, 1.0), slope)
    stretched = np.maximum(1.0, ratios.max(axis=-1))
    if wanted.rescaled:
        factor = s.shape[-1] ** 0.5 / np.linalg.norm(response, axis=-1)
        response, stretched = response * factor[:, None], stretched * factor
    return response, stretched
