"""What an arm is: a change of the weights between two tasks, a penalty while it trains, or neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any, NamedTuple, TypeAlias

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
    """

    model: Any
    initial: State
    rng: np.random.Generator


class Change(NamedTuple):
    """The state that the network goes on with, and how many weights in it were checked to be FIRE's."""

    state: State
    checked: int = 0


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
    """

    label: str
    about: str
    change: Callable[[Moment], Change] | None = None
    penalty: Callable[[Any, State], Any] | None = None


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
