"""
Self-normalised resets (Farias and Jozefiak, 2025): a hidden unit that is silent for longer than it ever is, is reset.

A unit fires in an update if it is positive for any input of the batch, at any position. Each unit has a histogram of
the times between its own firings, in updates; it is reset once it has been silent for longer than a quantile of these.
Before it has fired often enough for its own quantile, and at the latest, the longest time of the histogram decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..units import units
from .arm import Companion
from .listening import Listener, fired
from .renewing import renew
from .silences import Silences

#: The paper on FIRE's quantile for ResNet-18.
QUANTILE = 0.99
#: Updates that a histogram reaches to.
LONGEST = 200


class Snr:
    """Resets along one task, in which all units begin without a past."""

    def __init__(self, model: Any, optimizer: Any, rng: np.random.Generator, quantile: float, longest: int) -> None:
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
        quantile : float
            Of a unit's own times.
        longest : int
            Updates that a histogram reaches to.
        """
        self._layers, self._optimizer, self._rng = units(model), optimizer, rng
        weights = [layer.incoming.weight for layer in self._layers]
        self._silences = [Silences(len(weight), quantile, longest, weight.device) for weight in weights]
        self._listener = Listener(self._layers, fired)

    def updated(self) -> None:
        """Count who fired, and reset who should have."""
        for silences, heard in zip(self._silences, self._listener.heard, strict=True):
            silences.observed(heard)
        overdue = [silences.overdue() for silences in self._silences]
        renew(self._layers, overdue, self._optimizer, self._rng)
        for silences, who in zip(self._silences, overdue, strict=True):
            silences.forget(who)

    def close(self) -> None:
        """Leave the network without hooks."""
        self._listener.close()


def resetting(
    quantile: float = QUANTILE, longest: int = LONGEST
) -> Callable[[Any, Any, np.random.Generator, int], Companion]:
    """
    Reset units that are silent for longer than they are.

    Parameters
    ----------
    quantile : float
        Of a unit's own times.
    longest : int
        Updates that a histogram reaches to.

    Returns
    -------
    callable
        From model, optimiser, generator and updates of an epoch to a companion.
    """
    return lambda model, optimizer, rng, _: Snr(model, optimizer, rng, quantile, longest)
