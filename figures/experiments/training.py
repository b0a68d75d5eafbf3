"""One run: task after task, with what the arm does between them, and a record at the end of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import checkpoints
from .arms.arm import Moment
from .arms.catalogue import ARMS
from .configuration import Configuration
from .course import Course
from .digests import digest, fingerprint
from .ledger import Record
from .problems import PROBLEMS
from .stability import Watch
from .tasks import stream
from .versions import versions


def run(
    configuration: Configuration,
    data: Any,
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
    data : object
        What the tasks are made of: of the problem's ``load``.
    emit : callable
        Is given a record for each task that is not in `done`.
    folder : Path
        For the checkpoint, from which the run goes on if it was broken off.
    done : collection of int
        Tasks whose records are kept already.
    """
    import torch

    torch.set_num_threads(1)  # the same sums in the same order, whatever the machine
    course, made_of = PROBLEMS[configuration.panel].course(configuration, data), fingerprint(data)
    initial = {name: tensor.clone() for name, tensor in course.model.state_dict().items()}
    first = 0
    found = checkpoints.kept(folder, configuration, made_of)
    # A checkpoint that is ahead of its records would leave some out.
    if found is not None and set(range(found.task + 1)) <= set(done):
        first = found.task + 1
        course.take(found.state)
    for number in range(first, configuration.sizes.tasks):
        record = _begun(configuration, course, initial, folder, made_of) if number == 0 else None
        record = record or _trained(configuration, course, number, initial)
        if number not in done:
            emit({**record, "data": made_of})
        checkpoints.keep(folder, configuration, number, course.state(), data=made_of)
    checkpoints.forget(folder, configuration)


def _begun(configuration: Configuration, course: Course, initial: Any, folder: Path, data: str) -> Record | None:
    """Take the first task from another arm that has the same, or train it for all of them; None if it is nobody's."""
    if not PROBLEMS[configuration.panel].shares or ARMS[configuration.arm].trains:
        return None
    shared = replace(configuration, arm=checkpoints.SHARED)
    found = checkpoints.kept(folder, shared, data)
    if found is not None and found.record is not None:
        course.take(found.state)
        return {**found.record, "configuration": configuration.plain(), "seconds": 0.0}
    record = _trained(configuration, course, 0, initial)
    checkpoints.keep(folder, shared, 0, course.state(), record, data)
    return record


def _trained(configuration: Configuration, course: Course, number: int, initial: Any) -> Record:
    """Change the network as the arm does, train it on one task, and say what came of it."""
    start = time.perf_counter()
    arm, model = ARMS[configuration.arm], course.model
    watch, checked = None, 0
    if number:
        watch = Watch(model, course.look(number - 1), course.recipe)
        if arm.change is not None:
            drawn = stream(configuration.seed, "isometry", number)
            change = arm.change(Moment(model, initial, drawn, course.recipe, lambda: course.gradients(number)))
            model.load_state_dict(change.state)
            checked = change.checked
        watch.changed()
    return {
        "configuration": configuration.plain(),
        "task": number,
        **course.train(number, arm, initial, watch),
        "stability": None if watch is None else watch.found,
        "checked": checked,
        "weights": digest(model.state_dict()),
        "seconds": round(time.perf_counter() - start, 2),
        "versions": versions(),
    }
