"""
The statistics of BatchNorm, estimated anew: after a reinitialisation they are those of weights that are gone.

What is lost of the old task with stale statistics and with new ones are two numbers; only the second one speaks of the
weights alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .evaluating import BATCH, resting
from .sample import Sample


@contextmanager
def restated(model: Any, shown: Sample, *, batch: int = BATCH, keep: bool = False) -> Iterator[None]:
    """
    Give a network the statistics of its BatchNorm layers on some images.

    Parameters
    ----------
    model : torch.nn.Module
        The network; one without BatchNorm stays as it is.
    shown : Sample
        Images.
    batch : int
        Images at once; each batch counts alike.
    keep : bool
        Whether the new statistics stay; otherwise the network has its own again afterwards.

    Yields
    ------
    None
        Inside, the network has the new statistics.
    """
    from torch import nn

    norms = [part for part in model.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    own = [{name: buffer.clone() for name, buffer in norm.named_buffers()} for norm in norms]
    try:
        _estimate(model, norms, shown, batch)
        yield
    finally:
        if not keep:
            for norm, kept in zip(norms, own, strict=True):
                for name, buffer in norm.named_buffers():
                    buffer.copy_(kept[name])


def _estimate(model: Any, norms: list[Any], shown: Sample, batch: int) -> None:
    momenta = [norm.momentum for norm in norms]
    with resting(model):
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all batches
            norm.train()
        try:
            if norms:
                for inputs, _ in shown.parts(batch):
                    model(inputs)
        finally:
            for norm, momentum in zip(norms, momenta, strict=True):
                norm.momentum = momentum
