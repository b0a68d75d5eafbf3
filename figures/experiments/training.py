"""One run: task after task, with what the arm does between them, and a record at the end of each."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from fire_ref.arrays import to_host

from . import checkpoints
from .arms.arm import Moment
from .arms.catalogue import ARMS
from .configuration import Configuration
from .ledger import Record
from .mnist import CLASSES, Images
from .network import judged, mlp
from .stability import Watch, rounded
from .tasks import PANELS, Task, stream
from .versions import versions


def run(
    configuration: Configuration,
    images: Images,
    emit: Callable[[Record], None],
    *,
    folder: Path,
    done: Collection[int] = (),
) -> None:
    """
    Train through all tasks that are not done.

    Parameters
    ----------
    configuration : Configuration
        The run.
    images : Images
        What the tasks are made of.
    emit : callable
        Is given a record for each task that is not in `done`.
    folder : Path
        For the checkpoint, from which the run goes on if it was broken off.
    done : collection of int
        Tasks whose records are kept already.
    """
    import torch

    torch.set_num_threads(1)  # the same sums in the same order, whatever the machine
    sizes = configuration.sizes
    model = mlp(images.train.shape[1], sizes.width, CLASSES, configuration.seed).to(configuration.device)
    initial = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    first = 0
    found = checkpoints.kept(folder, configuration)
    # A checkpoint that is ahead of its records would leave some out.
    if found is not None and set(range(found[0] + 1)) <= set(done):
        first = found[0] + 1
        model.load_state_dict({name: torch.from_numpy(values) for name, values in found[1].items()})
    for number in range(first, sizes.tasks):
        record = _trained(configuration, images, number, model, initial)
        if number not in done:
            emit(record)
        checkpoints.keep(folder, configuration, number, model.state_dict())
    checkpoints.forget(folder, configuration)


def _trained(configuration: Configuration, images: Images, number: int, model: Any, initial: Any) -> Record:
    """Change the network as the arm does, train it on one task, and say what came of it."""
    start = time.perf_counter()
    arm, make = ARMS[configuration.arm], PANELS[configuration.panel]
    task = make(images, configuration, number)
    watch, checked = None, 0
    if number:
        old = _tensors(make(images, configuration, number - 1), configuration.device)
        watch = Watch(model, *old)
        if arm.change is not None:
            change = arm.change(Moment(model, initial, stream(configuration.seed, "isometry", number)))
            model.load_state_dict(change.state)
            checked = change.checked
        watch.changed()
    online = _updated(configuration, number, model, initial, _tensors(task, configuration.device), watch)
    counted = online[len(online) - configuration.sizes.counted_in(number) :]
    loss, accuracy = judged(model, *_tensors(task, configuration.device))
    return {
        "configuration": configuration.plain(),
        "task": number,
        "updates": (number + 1) * configuration.sizes.updates,
        "online": rounded(sum(online) / len(online)),
        "counted": [len(counted), rounded(sum(counted) / len(counted))] if counted else None,
        "train": [rounded(loss), rounded(accuracy)],
        "test": _tested(model, task, configuration.device),
        "stability": None if watch is None else watch.found,
        "checked": checked,
        "weights": digest(model.state_dict()),
        "seconds": round(time.perf_counter() - start, 2),
        "versions": versions(),
    }


def _updated(
    configuration: Configuration, number: int, model: Any, initial: Any, data: tuple[Any, Any], watch: Watch | None
) -> list[float]:
    """Train on one task; return the accuracy on each batch before its own update."""
    import torch

    inputs, labels = data
    sizes, penalty = configuration.sizes, ARMS[configuration.arm].penalty
    optimizer = torch.optim.Adam(model.parameters(), lr=sizes.rate)  # made anew for every task
    order = stream(configuration.seed, "order", number)
    right: list[Any] = []
    for _ in range(sizes.epochs):
        places = torch.from_numpy(order.permutation(len(inputs))).to(configuration.device)
        for batch in places.split(sizes.batch)[: len(inputs) // sizes.batch]:
            told = model(inputs[batch])
            loss = torch.nn.functional.cross_entropy(told, labels[batch])
            right.append((told.argmax(dim=1) == labels[batch]).double().mean())
            if penalty is not None:
                loss = loss + penalty(model, initial)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if watch is not None:
                watch.updated(len(right))
    return [float(value) for value in right]


def _tensors(task: Task, device: str) -> tuple[Any, Any]:
    import torch

    return torch.from_numpy(task.inputs).to(device), torch.from_numpy(task.labels).to(device)


def _tested(model: Any, task: Task, device: str) -> list[float | None] | None:
    if task.test is None:
        return None
    return [rounded(value) for value in judged(model, *_tensors(Task(*task.test), device))]


def digest(state: Any) -> str:
    """Return twelve letters that tell one state from another, to the last bit."""
    whole = hashlib.sha256()
    for name in sorted(state):
        whole.update(name.encode() + to_host(state[name]).tobytes())
    return whole.hexdigest()[:12]
