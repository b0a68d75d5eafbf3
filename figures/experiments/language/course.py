"""A run on text: a small GPT that reads in one phase after the other; see `figures.experiments.course.Course`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from ..arms.arm import Arm, State
from ..configuration import Configuration
from ..course import Look, Watching
from ..stability import rounded
from .batches import even
from .beginning import best
from .gpt import gpt
from .looking import WATCHED, features, judged, precision, tensors
from .moments import gathered, given, without
from .panels import RECIPE
from .parts import Part, part
from .schedule import adamw
from .sizes import BEST, TextSizes
from .streams import stream
from .texts import Corpora
from .training import Row, Trained, trained

#: What is compared, more being better.
PERMUTED = "minus the online training loss over the last fifth of all updates, in nats per token"
WARM = "minus the loss on held-out new text at the end, in nats per token"


#: Nats: no finite loss counts for more, and one that is not finite for this.
DIVERGED = 100.0


class TextCourse:
    """One run; see `course.Course`."""

    recipe = RECIPE

    def __init__(self, configuration: Configuration, texts: Corpora) -> None:
        """
        Make the network.

        Parameters
        ----------
        configuration : Configuration
            Of the run, with `TextSizes`.
        texts : Corpora
            What it reads.
        """
        self._configuration, self._texts = configuration, texts
        self._sizes: TextSizes = configuration.sizes
        self._optimizer: Any = None  # of the phase before, where it is kept
        self.model = gpt(
            layers=self._sizes.layers,
            width=self._sizes.width,
            heads=self._sizes.heads,
            context=self._sizes.context,
            vocabulary=self._sizes.vocabulary,
            seed=configuration.seed,
            tied=self._sizes.tied,
            device=configuration.device,
        )

    def state(self) -> dict[str, Any]:
        """Return the network's state, and the optimiser's moments if they are kept."""
        moments = {} if self._optimizer is None else gathered(self.model, self._optimizer)
        return {**self.model.state_dict(), **moments}

    def take(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        import torch

        network = without(state)
        self.model.load_state_dict({name: torch.as_tensor(np.asarray(values)) for name, values in network.items()})
        if self._sizes.optimizer == "kept":
            self._optimizer = adamw(self.model, self._sizes)
            given(self.model, self._optimizer, state)

    def gradients(self, number: int) -> Iterator[State]:
        """Give the gradient on each batch of windows that are spread evenly over the text of a phase."""
        import torch

        sizes, device = self._sizes, self._configuration.device
        inputs, targets = tensors(even(self._part(number).new.train, sizes.held, sizes.context), device)
        names, parameters = zip(*self.model.named_parameters(), strict=True)
        for some, wanted in zip(inputs.split(sizes.micro), targets.split(sizes.micro), strict=True):
            with precision(sizes, device):
                loss = torch.nn.functional.cross_entropy(self.model(some), wanted.flatten())
            yield dict(zip(names, torch.autograd.grad(loss, parameters), strict=True))

    def look(self, number: int) -> Look:
        """Look at the network on text that a phase trains on."""
        asked = (self.model, self._part(number).new.train, self._sizes, self._configuration.device)
        return Look(partial(judged, *asked, windows=min(self._sizes.held, WATCHED)), partial(features, *asked))

    def train(self, number: int, arm: Arm, initial: State, watch: Watching | None) -> dict[str, Any]:
        """Train through one phase: `course.Course.train`; the record has the curve, too."""
        sizes, texts = self._sizes, self._part(number)
        if sizes.shared and number == 0 and sizes.before == BEST:
            curve, losses = self._best(texts)
        else:
            course = self._trained(number, texts, arm, initial, watch)
            curve, losses = course.curve, course.losses
            self._optimizer = course.optimizer if sizes.optimizer == "kept" else None
        losses = [self._known(loss) for loss in losses]
        return {
            "updates": sum(sizes.updates[: number + 1]),
            "online": rounded(-sum(losses) / len(losses)),
            "counted": self._counted(number, losses, curve),
            "train": self._judged(texts.new.train),
            "test": self._judged(texts.new.held),
            "curve": [[None if value is None else rounded(value) for value in row] for row in curve],
        }

    def _trained(self, number: int, texts: Part, arm: Arm, initial: State, watch: Watching | None) -> Trained:
        seed = self._configuration.seed
        optimizer = self._optimizer
        if optimizer is None:
            made = arm.optimizer
            optimizer = adamw(self.model, self._sizes) if made is None else made(self.model, self._sizes.rate)
        drawn = stream(seed, "companion", number)
        companion = None if arm.companion is None else arm.companion(self.model, optimizer, drawn, self._epoch(texts))
        added = arm.penalty
        penalty = None if added is None else lambda model: added(model, initial)
        try:
            return trained(
                self.model,
                texts,
                self._sizes,
                seed=seed,
                phase=number,
                device=self._configuration.device,
                optimizer=optimizer,
                penalty=penalty,
                companion=companion,
                watch=watch,
            )
        finally:
            if companion is not None:
                companion.close()

    def _best(self, texts: Part) -> tuple[list[Row], list[float]]:
        """Train through phase A, and go back to where it was best."""
        seed, device = self._configuration.seed, self._configuration.device
        course, state = best(self.model, texts, self._sizes, seed=seed, device=device)
        self.take(state)
        return course.curve, course.losses

    def _epoch(self, texts: Part) -> int:
        return max(1, len(texts.new.train) // (self._sizes.batch * self._sizes.context))

    def _part(self, number: int) -> Part:
        return part(self._texts, self._sizes, self._configuration.seed, number)

    def _judged(self, tokens: Any) -> list[float | None]:
        return [rounded(value) for value in judged(self.model, tokens, self._sizes, self._configuration.device)]

    def _counted(self, number: int, losses: list[float], curve: list[Row]) -> list[Any] | None:
        if self._sizes.shared:
            last = number == self._sizes.phases - 1
            return [1, rounded(-self._known(curve[-1][2]))] if last else None
        counted = losses[len(losses) - self._sizes.counted_in(number) :]
        return [len(counted), rounded(-sum(counted) / len(counted))] if counted else None

    def _known(self, loss: float | None) -> float:
        """Return a loss; of a network that has diverged one that is worse than any other's."""
        return min(loss, DIVERGED) if loss is not None and isfinite(loss) else DIVERGED
