"""A run on images: a network that learns chunk after chunk, its optimiser made anew for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from fire_ref.errors import sentence

from ..arms.arm import Arm, State
from ..configuration import Configuration
from ..course import Look, Watching
from ..refusing import UnusableError
from ..stability import rounded
from ..tasks import stream
from .evaluating import features, judged, resting
from .networks import NETWORKS
from .phases import PHASES, Phase, spread
from .pictures import Pictures, standard
from .restating import restated
from .sample import Sample, sample
from .training import trained

#: Images of a task that a network is looked at with when it is changed.
WATCHED = 2000


class VisionCourse:
    """One run; see `course.Course`."""

    def __init__(self, configuration: Configuration, pictures: Pictures) -> None:
        """
        Make the network.

        Parameters
        ----------
        configuration : Configuration
            Of the run; its sizes are `VisionSizes`.
        pictures : Pictures
            The data set.
        """
        sizes, device = configuration.sizes, configuration.device
        kind = NETWORKS[sizes.network]
        self._configuration, self._sizes, self._pictures = configuration, sizes, pictures
        self.recipe = kind.recipe
        self.model = kind.make(sizes.width, sizes.side, pictures.classes, configuration.seed).to(device)
        measured = standard(pictures.train)
        self._train = sample(pictures.train, pictures.labels, measured, device)
        self._test = sample(pictures.test, pictures.test_labels, measured, device)

    def state(self) -> dict[str, Any]:
        """Return the network's: optimiser and generators are made anew for each chunk."""
        return dict(self.model.state_dict())

    def take(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        import torch

        own = self.model.state_dict()
        kept = {name: torch.as_tensor(np.asarray(values)).reshape(own[name].shape) for name, values in state.items()}
        self.model.load_state_dict(kept)

    def gradients(self, number: int) -> Iterator[State]:
        """Give the gradient on each batch of a chunk, with the statistics of BatchNorm as they are."""
        import torch

        names, tensors = zip(*self.model.named_parameters(), strict=True)
        for inputs, labels in self._shown(number).parts(self._sizes.batch):
            with resting(self.model), torch.enable_grad():
                loss = torch.nn.functional.cross_entropy(self.model(inputs), labels)
                yield dict(zip(names, torch.autograd.grad(loss, tensors), strict=True))

    def look(self, number: int) -> Look:
        """Look at the network on the training images of a chunk."""
        shown = self._train.some(spread(self._phase(number).train, WATCHED))

        def again() -> tuple[float, float]:
            with restated(self.model, shown):
                return judged(self.model, shown)

        return Look(lambda: judged(self.model, shown), lambda: features(self.model, shown), again)

    def train(self, number: int, arm: Arm, initial: State, watch: Watching | None) -> dict[str, Any]:
        """
        Train on one chunk: `course.Course.train`.

        Returns
        -------
        dict
            "online" is the mean training accuracy over the points of the chunk's "curve".
        """
        seed = self._configuration.seed
        drawn = stream(seed, "companion", number)
        curve = trained(
            self.model,
            self._train,
            self._test,
            self._phase(number),
            self._sizes,
            order=stream(seed, "order", number),
            optimizer=arm.optimizer,
            penalty=None if arm.penalty is None else partial(_added, arm, initial),
            companion=None if arm.companion is None else partial(_beside, arm, drawn, self._epoch(number)),
            watch=None if watch is None else watch.updated,
        )
        before, last = self._sizes.updates_before(number), curve[-1]
        return {
            "updates": before + self._sizes.updates_in(number),
            "online": rounded(float(np.mean([point[2] for point in curve]))),
            "counted": [1, last[4]] if self._counts(number) else None,
            "train": last[1:3],
            "test": last[3:],
            "curve": [[before + int(point[0] or 0), *point[1:]] for point in curve],
        }

    def _counts(self, number: int) -> bool:
        """Say whether the metric counts a chunk: of a warm start the last, otherwise all that a change came before."""
        return number > 0 and (self._sizes.protocol != "warm" or number == self._sizes.chunks - 1)

    def _epoch(self, number: int) -> int:
        updates: int = self._sizes.updates_in(number)
        epochs: int = self._sizes.epochs
        return max(1, updates // epochs)

    def _phase(self, number: int) -> Phase:
        found = PHASES[self._sizes.protocol](self._pictures, self._sizes, self._configuration.seed, number)
        if not len(found.train) or not len(found.test):
            rule, got = "have images of every class, in training and in test", f"none in chunk {number}"
            raise UnusableError(sentence("figures", self._sizes.dataset, rule, got, "the whole data set"))
        return found

    def _shown(self, number: int) -> Sample:
        return self._train.some(self._phase(number).train)


def _added(arm: Arm, initial: State, model: Any) -> Any:
    assert arm.penalty is not None
    return arm.penalty(model, initial)


def _beside(arm: Arm, drawn: np.random.Generator, epoch: int, model: Any, optimizer: Any) -> Any:
    assert arm.companion is not None
    return arm.companion(model, optimizer, drawn, epoch)
