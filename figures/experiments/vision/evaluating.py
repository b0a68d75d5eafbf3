"""What a network makes of images while it rests: loss and accuracy, and what its last layer is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .sample import Sample

#: Images at once.
BATCH = 500


def judged(model: Any, shown: Sample, batch: int = BATCH) -> tuple[float, float]:
    """
    Measure a network as it is, with the statistics of BatchNorm that it has.

    Parameters
    ----------
    model : torch.nn.Module
        The network; whether it trains is afterwards as it was.
    shown : Sample
        Images.
    batch : int
        Images at once.

    Returns
    -------
    loss, accuracy : float
        Mean cross-entropy, and the share that is right.
    """
    import torch

    loss, right = 0.0, 0
    with resting(model):
        for inputs, labels in shown.parts(batch):
            told = model(inputs)
            loss += float(torch.nn.functional.cross_entropy(told, labels, reduction="sum"))
            right += int((told.argmax(dim=1) == labels).sum())
    return loss / len(shown), right / len(shown)


def features(model: Any, shown: Sample, batch: int = BATCH) -> Any:
    """
    Return what the last layer is given.

    Parameters
    ----------
    model : torch.nn.Module
        With a method ``features``; whether it trains is afterwards as it was.
    shown : Sample
        Images.
    batch : int
        Images at once.

    Returns
    -------
    tensor of float64, shape (images, width)
    """
    import torch

    with resting(model):
        return torch.cat([model.features(inputs).double() for inputs, _ in shown.parts(batch)])


@contextmanager
def resting(model: Any) -> Iterator[None]:
    """
    Let a network rest: no gradients, BatchNorm as it was learned; then each part trains as it did before.

    Parameters
    ----------
    model : torch.nn.Module
        The network.

    Yields
    ------
    None
    """
    import torch

    training = {part: part.training for part in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, trained in training.items():
            part.training = trained
