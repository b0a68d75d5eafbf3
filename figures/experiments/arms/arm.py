"""What an arm is: a change of the weights between two tasks, something done while it trains, both, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    gradients : callable, optional
        For arms that look at the data to come: gives the gradients, by names of parameters, of the mean loss on each of
        its batches, one after the other, at the network as it is.
    """

    model: Any
    initial: State
    rng: np.random.Generator
    recipe: str = "official"
    gradients: Callable[[], Iterable[State]] | None = None


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
        From the model, its optimiser, a generator and the updates of an epoch to what goes along with it through one
        task. Periods are in epochs: in updates, a small task would end before the first.
    """

    label: str
    about: str
    change: Callable[[Moment], Change] | None = None
    penalty: Callable[[Any, State], Any] | None = None
    optimizer: Callable[[Any, float], Any] | None = None
    companion: Callable[[Any, Any, np.random.Generator, int], Companion] | None = None

    @property
    def trains(self) -> bool:
        """Whether the arm differs from the others while it trains: then it shares no task with them."""
        return any(part is not None for part in (self.penalty, self.optimizer, self.companion))
