"""A run on MNIST: an MLP that learns one task after another, Adam made anew for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .arms.arm import Arm, State
from .configuration import Configuration
from .course import Look, Watching
from .mnist import CLASSES, Images
from .network import features, judged, mlp
from .stability import rounded
from .tasks import PANELS, Task, stream


class MnistCourse:
    """One run; see `course.Course`."""

    recipe = "official"

    def __init__(self, configuration: Configuration, images: Images) -> None:
        """
        Make the network.

        Parameters
        ----------
        configuration : Configuration
            Of the run.
        images : Images
            What its tasks are made of.
        """
        self._configuration, self._images = configuration, images
        width = configuration.sizes.width
        self.model = mlp(images.train.shape[1], width, CLASSES, configuration.seed).to(configuration.device)

    def state(self) -> dict[str, Any]:
        """Return the network's: optimiser and generators are made anew for each task."""
        return dict(self.model.state_dict())

    def take(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        import torch

        self.model.load_state_dict({name: torch.as_tensor(np.asarray(values)) for name, values in state.items()})

    def gradients(self, number: int) -> Iterator[State]:
        """Give the gradient on each batch of a task's images."""
        import torch

        inputs, labels = self._data(number)
        names, tensors = zip(*self.model.named_parameters(), strict=True)
        for batch in torch.arange(len(inputs), device=inputs.device).split(self._configuration.sizes.batch):
            loss = torch.nn.functional.cross_entropy(self.model(inputs[batch]), labels[batch])
            yield dict(zip(names, torch.autograd.grad(loss, tensors), strict=True))

    def look(self, number: int) -> Look:
        """Look at the network on all images of a task."""
        inputs, labels = self._data(number)
        return Look(lambda: judged(self.model, inputs, labels), lambda: features(self.model, inputs))

    def train(self, number: int, arm: Arm, initial: State, watch: Watching | None) -> dict[str, Any]:
        """Train on one task: `course.Course.train`."""
        sizes = self._configuration.sizes
        online = self._updated(number, arm, initial, watch)
        counted = online[len(online) - sizes.counted_in(number) :]
        return {
            "updates": (number + 1) * sizes.updates,
            "online": rounded(sum(online) / len(online)),
            "counted": [len(counted), rounded(sum(counted) / len(counted))] if counted else None,
            "train": [rounded(value) for value in judged(self.model, *self._data(number))],
            "test": self._tested(number),
        }

    def _updated(self, number: int, arm: Arm, initial: State, watch: Watching | None) -> list[float]:
        """Return the accuracy on each batch before its own update."""
        import torch

        (inputs, labels), sizes = self._data(number), self._configuration.sizes
        if arm.optimizer is None:
            optimizer = torch.optim.Adam(self.model.parameters(), lr=sizes.rate)  # made anew for every task
        else:
            optimizer = arm.optimizer(self.model, sizes.rate)
        drawn = stream(self._configuration.seed, "companion", number)
        companion = (
            None
            if arm.companion is None
            else arm.companion(self.model, optimizer, drawn, max(1, sizes.images // sizes.batch))
        )
        order = stream(self._configuration.seed, "order", number)
        right: list[Any] = []
        for _ in range(sizes.epochs):
            places = torch.from_numpy(order.permutation(len(inputs))).to(self._configuration.device)
            for batch in places.split(sizes.batch)[: len(inputs) // sizes.batch]:
                told = self.model(inputs[batch])
                loss = torch.nn.functional.cross_entropy(told, labels[batch])
                right.append((told.argmax(dim=1) == labels[batch]).double().mean())
                if arm.penalty is not None:
                    loss = loss + arm.penalty(self.model, initial)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if companion is not None:
                    companion.updated()
                if watch is not None:
                    watch.updated(len(right))
        if companion is not None:
            companion.close()
        return [float(value) for value in right]

    def _task(self, number: int) -> Task:
        return PANELS[self._configuration.panel](self._images, self._configuration, number)

    def _data(self, number: int) -> tuple[Any, Any]:
        return self._tensors(self._task(number))

    def _tensors(self, task: Task) -> tuple[Any, Any]:
        import torch

        device = self._configuration.device
        return torch.from_numpy(task.inputs).to(device), torch.from_numpy(task.labels).to(device)

    def _tested(self, number: int) -> list[float | None] | None:
        task = self._task(number)
        if task.test is None:
            return None
        return [rounded(value) for value in judged(self.model, *self._tensors(Task(*task.test)))]
