"""
Continual backpropagation (Dohare and others, 2024): all the time a few of the least useful hidden units are replaced.

The utility of a unit is a running average of its mean absolute activation times the sum of its absolute outgoing
weights. Units that are old enough may be replaced, a small share of them in every update: what the share comes to is
gathered until it is one unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..units import Unit, units
from .arm import Companion
from .listening import Listener, strength
from .renewing import renew

#: The paper on FIRE's values: the share that is replaced in an update, and updates before a unit may be.
RATE, MATURITY = 1e-4, 1000
#: The updates of an epoch of CIFAR-10 in batches of 256, for which those are.
EPOCH = 196
#: Of the running average.
DECAY = 0.99


def contributions(layer: Unit, strengths: Any) -> Any:
    """
    Return what units contribute to the next layer.

    Parameters
    ----------
    layer : Unit
        The layer.
    strengths : tensor, shape (units,)
        Mean absolute activations.

    Returns
    -------
    tensor, shape (units,)
    """
    weights = layer.outgoing.weight.detach().abs()
    # Axis 1 holds a run for each unit where a feature map was flattened.
    return strengths * weights.reshape(len(weights), len(strengths), -1).sum(dim=(0, 2))


class Cbp:
    """Replacement along one task, in which all units begin young."""

    def __init__(self, model: Any, optimizer: Any, rng: np.random.Generator, rate: float, maturity: int) -> None:
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
        rate : float
            The share of the mature units that is replaced in an update.
        maturity : int
            Updates that a unit is left alone for.
        """
        self._layers, self._optimizer, self._rng = units(model), optimizer, rng
        self._rate, self._maturity = rate, maturity
        weights = [layer.incoming.weight for layer in self._layers]
        self._utility = [weight.new_zeros(len(weight)) for weight in weights]
        self._age = [weight.new_zeros(len(weight)) for weight in weights]
        self._due = [0.0] * len(weights)
        self._listener = Listener(self._layers, strength)

    def updated(self) -> None:
        """Take utilities, and replace what is due."""
        renew(self._layers, [self._replaced(place) for place in range(len(self._layers))], self._optimizer, self._rng)

    def _replaced(self, place: int) -> Any:
        """Return the units of a layer whose time has come, and begin their lives anew."""
        utility, age = self._utility[place], self._age[place]
        now = contributions(self._layers[place], self._listener.heard[place])
        utility.mul_(DECAY).add_((1 - DECAY) * now)
        age += 1
        mature = age > self._maturity
        self._due[place] += self._rate * int(mature.sum())
        count = int(self._due[place])
        self._due[place] -= count
        worst = utility.masked_fill(~mature, float("inf")).argsort(stable=True)[:count]
        utility[worst], age[worst] = 0.0, 0.0
        return worst

    def close(self) -> None:
        """Leave the network without hooks."""
        self._listener.close()


def replacing(
    rate: float = RATE, maturity: int = MATURITY
) -> Callable[[Any, Any, np.random.Generator, int], Companion]:
    """
    Replace the least useful units.

    Parameters
    ----------
    rate : float
        The share of the mature units that is replaced in an update.
    maturity : int
        Updates that a unit is left alone for. Both where an epoch has `EPOCH` updates: in another, as much an epoch.

    Returns
    -------
    callable
        From model, optimiser, generator and updates of an epoch to a companion.
    """

    def made(model: Any, optimizer: Any, rng: np.random.Generator, epoch: int) -> Companion:
        return Cbp(model, optimizer, rng, rate * EPOCH / epoch, max(1, round(maturity * epoch / EPOCH)))

    return made
