"""One chunk: its updates, and the curve of what the network makes of training and test images on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from ..arms.arm import Companion
from ..stability import rounded
from .evaluating import judged
from .order import batches
from .phases import Phase, spread
from .sample import Sample
from .schedule import factor
from .sizes import VisionSizes

#: Each point: updates of this chunk; loss and accuracy in training; loss and accuracy in test.
Curve: TypeAlias = list[list[float | None]]


def trained(
    model: Any,
    train: Sample,
    test: Sample,
    phase: Phase,
    sizes: VisionSizes,
    *,
    order: np.random.Generator,
    optimizer: Callable[[Any, float], Any] | None = None,
    penalty: Callable[[Any], Any] | None = None,
    companion: Callable[[Any, Any], Companion] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Curve:
    """
    Train a network through one chunk.

    Parameters
    ----------
    model : torch.nn.Module
        The network, on the device of the images; it is changed, and left training.
    train, test : Sample
        All images of the data set; the phase says which of them.
    phase : Phase
        What is learned, what is asked, and in how many updates.
    sizes : VisionSizes
        Batch, rate, its schedule, clipping, points.
    order : numpy.random.Generator
        Of the batches: the same for all arms.
    optimizer : callable, optional
        From the model and the rate to an optimiser; default Adam. It is made anew here: none outlives its chunk.
    penalty : callable, optional
        From the model to what is added to the loss.
    companion : callable, optional
        From the model and its optimiser to what goes along with them.
    watch : callable, optional
        Is told after each update how many were made.

    Returns
    -------
    list of list
        A `Curve`: so many points, evenly spaced, the last one at the end; of fewer updates one each. None where a
        network has diverged.
    """
    made = (optimizer or _adam)(model, sizes.rate)
    highest = [group["lr"] for group in made.param_groups]
    along = None if companion is None else companion(model, made)
    looks = (train.some(spread(phase.train, sizes.tested)), test.some(spread(phase.test, sizes.tested)))
    due = {phase.updates * (point + 1) // sizes.points for point in range(sizes.points)}
    curve: Curve = []
    model.train()
    try:
        for update, places in enumerate(batches(len(phase.train), sizes.batch, phase.updates, order)):
            rising = factor(update, phase.updates, sizes.warmup, cosine=sizes.cosine)
            for group, rate in zip(made.param_groups, highest, strict=True):
                group["lr"] = rate * rising
            _update(model, made, train.at(phase.train[places]), penalty, sizes.clip)
            if along is not None:
                along.updated()
            if watch is not None:
                watch(update + 1)
            if update + 1 in due:
                curve.append([update + 1, *(rounded(value) for look in looks for value in judged(model, look))])
    finally:
        if along is not None:
            along.close()
    return curve


def _update(model: Any, made: Any, batch: tuple[Any, Any], penalty: Callable[[Any], Any] | None, clip: float) -> None:
    import torch

    inputs, labels = batch
    loss = torch.nn.functional.cross_entropy(model(inputs), labels)
    if penalty is not None:
        loss = loss + penalty(model)
    made.zero_grad()
    loss.backward()
    if clip:
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    made.step()


def _adam(model: Any, rate: float) -> Any:
    import torch

    return torch.optim.Adam(model.parameters(), lr=rate)
