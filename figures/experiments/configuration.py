"""What one run is: everything that decides its numbers, and the metric, fixed before it begins."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: The metric, fixed here: each batch's accuracy before its own update, over the last one in so many of all updates.
METRIC, LAST = "online training accuracy over the last fifth of all updates", 5


@dataclass(frozen=True)
class Sizes:
    """
    How much of everything.

    Attributes
    ----------
    images : int
        Of the training set, drawn by the seed.
    tasks, epochs, batch : int
        How many tasks, how often through the images in each, how many images in an update.
    width : int
        Of the three hidden layers.
    rate : float
        Adam's.
    """

    images: int = 1600
    tasks: int = 12
    epochs: int = 20
    batch: int = 100
    width: int = 128
    rate: float = 1e-3

    @property
    def updates(self) -> int:
        """Updates in one task; a batch that is not full is left out."""
        return self.epochs * (self.images // self.batch)

    @property
    def counted(self) -> int:
        """Updates at the end of a run that the metric counts."""
        return max(1, self.tasks * self.updates // LAST)

    def counted_in(self, task: int) -> int:
        """
        Return how many of a task's updates, its last ones, the metric counts.

        Parameters
        ----------
        task : int
            From 0.

        Returns
        -------
        int
        """
        later = (self.tasks - 1 - task) * self.updates
        return min(max(self.counted - later, 0), self.updates)


@dataclass(frozen=True)
class Configuration:
    """
    One run.

    Attributes
    ----------
    panel : str
        What the tasks are.
    arm : str
        What is done between them.
    seed : int
        Of the network, the data and their order: the same for all arms.
    sizes : dataclass
        How much: of the kind of the panel (`problems.PROBLEMS`).
    device : {"cpu", "cuda"}
        Where it trains.
    """

    panel: str
    arm: str
    seed: int
    sizes: Any
    device: str = "cpu"

    @property
    def key(self) -> str:
        """A name of the run that can be a file's."""
        return f"{self.panel}.{self.arm}.{self.seed}"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)
