"""What an arm is: a change of the weights between two tasks, something done while it trains, both, or neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

#: What torch's state_dict gives.
State: TypeAlias = Mapping[str, Any]


class Moment(NamedTuple):
    """
    What an arm is given between two tasks.

    Attributes
    ----------
    model : torch.nn.Module
        The live network, which the arm leaves as it is.
    initial : mapping of str to tensor
        Its state before the first task.
    rng : numpy.random.Generator
        For what is drawn.
    recipe : str
        Of `fire_ref.RECIPES`: which weights FIRE takes in this network.
    gradient : callable, optional
        Gives the gradient of the mean loss on the data to come, by names of parameters; for arms that look at it.
    """

    model: Any
    initial: State
    rng: np.random.Generator
    recipe: str = "official"
    gradient: Callable[[], State] | None = None


class Change(NamedTuple):
    """The state that the network goes on with, and how many weights in it were checked to be FIRE's."""

    state: State
    checked: int = 0


class Companion(Protocol):
    """What goes along with a network while it trains on one task: it may look at it, and change it."""

    def updated(self) -> None:
        """Act after an update."""

    def close(self) -> None:
        """Leave the network without hooks."""


class Arm(NamedTuple):
    """
    One method.

    Attributes
    ----------
    label : str
        In pictures and sentences.
    about : str
        What it does.
    change : callable, optional
        Between two tasks.
    penalty : callable, optional
        From the model and its initial state to what is added to the loss.
    optimizer : callable, optional
        From the model and the learning rate to what takes the place of Adam.
    companion : callable, optional
        From the model, its optimiser and a generator to what goes along with it through one task.
    """

    label: str
    about: str
    change: Callable[[Moment], Change] | None = None
    penalty: Callable[[Any, State], Any] | None = None
    optimizer: Callable[[Any, float], Any] | None = None
    companion: Callable[[Any, Any, np.random.Generator], Companion] | None = None

    @property
    def trains(self) -> bool:
        """Whether the arm differs from the others while it trains: then it shares no task with them."""
        return any(part is not None for part in (self.penalty, self.optimizer, self.companion))


def weights(state: State) -> dict[str, Any]:
    """Return the matrices of a state, which FIRE takes; biases are vectors."""
    return {name: tensor for name, tensor in state.items() if tensor.ndim == 2}


def gain(weight: Any) -> float:
    """Return FIRE's gain of a weight (out, in)."""
    return sqrt(weight.shape[0] / weight.shape[1])


def replaced(moment: Moment, new: Callable[[Any], Any]) -> Change:
    """
    Replace every weight, and leave the biases.

    Parameters
    ----------
    moment : Moment
        The network.
    new : callable
        From a weight to what takes its place.

    Returns
    -------
    Change
    """
    state = moment.model.state_dict()
    return Change({**state, **{name: new(tensor) for name, tensor in weights(state).items()}})
