"""
ReDo (Sokar, Agarwal, Castro and Evci, 2023): hidden units that say little beside others of their layer are recycled.

The score of a unit is its mean absolute activation over that of its layer, here on the last training batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..units import units
from .arm import Companion
from .listening import Listener, strength
from .renewing import renew

#: The paper on FIRE's threshold; it looks after each epoch.
THRESHOLD = 0.5


def scores(strengths: Any) -> Any:
    """
    Normalise the strengths of a layer's units.

    Parameters
    ----------
    strengths : tensor, shape (units,)
        Mean absolute activations.

    Returns
    -------
    tensor, shape (units,)
        With mean 1; 0 where all are silent.
    """
    return strengths / strengths.mean().clamp_min(1e-9)


class Redo:
    """Recycling along one task."""

    def __init__(self, model: Any, optimizer: Any, rng: np.random.Generator, threshold: float, period: int) -> None:
        """
        Begin to listen.

        Parameters
        ----------
        model : torch.nn.Module
            The network.
        optimizer : torch.optim.Optimizer
            What trains it.
        rng : numpy.random.Generator
            For new weights.
        threshold : float
            tau: units with at most this score are dormant.
        period : int
            Updates between two looks.
        """
        self._layers, self._optimizer, self._rng = units(model), optimizer, rng
        self._threshold, self._period, self._updates = threshold, period, 0
        self._listener = Listener(self._layers, strength)

    def updated(self) -> None:
        """Recycle what is dormant, if it is time."""
        self._updates += 1
        if self._updates % self._period == 0:
            dormant = [scores(heard) <= self._threshold for heard in self._listener.heard]
            renew(self._layers, [who.nonzero().flatten() for who in dormant], self._optimizer, self._rng)

    def close(self) -> None:
        """Leave the network without hooks."""
        self._listener.close()


def recycling(threshold: float = THRESHOLD) -> Callable[[Any, Any, np.random.Generator, int], Companion]:
    """
    Recycle dormant units at the end of each epoch.

    Parameters
    ----------
    threshold : float
        tau.

    Returns
    -------
    callable
        From model, optimiser, generator and updates of an epoch to a companion.
    """
    return lambda model, optimizer, rng, epoch: Redo(model, optimizer, rng, threshold, epoch)
