"""What each method makes of a layer: FIRE in its variants, shrink and perturb, reset, other isometries, the front."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fire_ref import fire, newton_schulz, newton_schulz_iterates, polar_factor, relax

from .layers import Layer
from .settings import Settings


def steps(layer: Layer, last: int) -> Iterator[Any]:
    """
    Apply FIRE with 1, 2, ... Newton-Schulz steps.

    Parameters
    ----------
    layer : Layer
        What to reinitialise.
    last : int
        The most steps.

    Yields
    ------
    array, shape (taps, out, in)
        c X_k.
    """
    for k, X in enumerate(newton_schulz_iterates(layer.matrices, last)):
        if k:
            yield layer.gain * X


def exact(layer: Layer) -> Any:
    """Apply exact FIRE: c Q."""
    return layer.gain * polar_factor(layer.matrices)


def muon(layer: Layer) -> Any:
    """Apply FIRE with Muon's coefficients, five steps as there."""
    return layer.gain * newton_schulz(layer.matrices, 5, coefficients="muon")


def norm_keeping(layer: Layer) -> Any:
    """Take the polar factor at W's own norm: ||W||_F Q / sqrt(p)."""
    W = layer.matrices
    size = ((W * W).sum(axis=(-2, -1), keepdims=True) / min(W.shape[-2:])) ** 0.5
    return size * polar_factor(W)


def mean_gain(layer: Layer) -> Any:
    """Apply exact FIRE with the gain that costs least: each matrix's mean singular value."""
    made = fire(layer.tensor, gain="mean")
    return made.transpose((*range(2, made.ndim), 0, 1)).reshape(layer.matrices.shape)


def random_isometry(layer: Layer, settings: Settings, rng: np.random.Generator) -> Any:
    """Forget W: an isometry drawn uniformly (Haar), with FIRE's gain."""
    drawn = rng.standard_normal(layer.matrices.shape).astype(np.float32)
    # The polar factor of a Gaussian matrix has the uniform distribution.
    return layer.gain * polar_factor(settings.to_device(drawn))


def shrink_and_perturb(layer: Layer, fresh: Any, share: float) -> Any:
    """Mix W with its initial weights; share 1 is a full reset."""
    return (1 - share) * layer.matrices + share * fresh


def relaxed(layer: Layer, weight: float) -> Any:
    """Go to the network's front: the least change at this multiplier, the same for all layers."""
    return relax(layer.matrices, weight=weight / layer.gain**2, gain=layer.gain)
