"""What a kind of experiment brings: its sizes, data and metric, and how one run of it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from .arms.arm import Arm, State
from .configuration import Configuration


class Look(NamedTuple):
    """
    How a network is looked at on the data of one task, as it is at that moment.

    Attributes
    ----------
    judged : callable
        Gives the loss, and the share that is right or None where nothing is right or wrong.
    features : callable
        Gives what the last layer is given, float64, (examples, width).
    restated : callable or None
        As `judged`, with BatchNorm's statistics estimated anew on the same data; the network is left as it is. None
        where there are none.
    """

    judged: Callable[[], tuple[float, float | None]]
    features: Callable[[], Any]
    restated: Callable[[], tuple[float, float | None]] | None = None


class Watching(Protocol):
    """Who wants to know of every update."""

    def updated(self, updates: int) -> None:
        """Hear that so many updates of the task are made."""


class Course(Protocol):
    """
    One run.

    Attributes
    ----------
    model : torch.nn.Module
        The network, one object throughout.
    recipe : str
        Of `fire_ref.RECIPES`: what FIRE takes in it.
    """

    model: Any
    recipe: str

    def state(self) -> dict[str, Any]:
        """Return all that the next task depends on, by name: the network's state, and an optimiser's if it is kept."""

    def take(self, state: Mapping[str, Any]) -> None:
        """Go on from a state, of tensors or arrays."""

    def gradients(self, number: int) -> Iterable[State]:
        """Give the gradient of the mean loss on each batch of a task's data, by names of parameters."""

    def look(self, number: int) -> Look:
        """Return how the network is looked at on the data of a task."""

    def train(self, number: int, arm: Arm, initial: State, watch: Watching | None) -> dict[str, Any]:
        """
        Train on one task.

        Parameters
        ----------
        number : int
            Of the task, from 0.
        arm : Arm
            Its penalty, optimiser and companion.
        initial : mapping of str to tensor
            The network's state before the first task.
        watch : Watching or None
            Told of every update.

        Returns
        -------
        dict
            Of a record: "updates" since the first task, "online", "counted", "train", "test", and more.
        """


class Problem(NamedTuple):
    """
    One kind of experiment.

    Attributes
    ----------
    sizes : type
        A frozen dataclass of plain values, with a property ``tasks``.
    metric : str
        What is compared, fixed before any run.
    load : callable
        From the user's folder, or None, and sizes to data.
    course : callable
        From a configuration and data to a run.
    shares : bool
        Whether arms that do not act while training share the first task: it is trained once.
    online : bool
        Whether the positive control goes by training ("online" of all tasks but the first) and not by the metric.
    """

    sizes: type
    metric: str
    load: Callable[[Path | None, Any], Any]
    course: Callable[[Configuration, Any], Course]
    shares: bool = True
    online: bool = False
