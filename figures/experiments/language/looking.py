"""What a network's loss is on held-out text, and the data that a change of its weights is watched on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from .batches import Batch, even
from .parts import Part
from .sizes import TextSizes
from .texts import Tokens


def loss_on(model: Any, tokens: Tokens, sizes: TextSizes, device: str = "cpu") -> float:
    """
    Measure a network as it is.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    tokens : ndarray, shape (n,)
        A text.
    sizes : TextSizes
        Windows, and how many at a time.
    device : str
        Where the network is.

    Returns
    -------
    float
        Mean cross-entropy in nats per token.
    """
    import torch

    inputs, targets = tensors(even(tokens, sizes.held, sizes.context), device)
    total = 0.0
    with torch.no_grad(), precision(sizes, device):
        for some, wanted in zip(inputs.split(sizes.micro), targets.split(sizes.micro), strict=True):
            told = model(some)
            total += float(torch.nn.functional.cross_entropy(told, wanted.flatten(), reduction="sum"))
    return total / int(targets.numel())


def watched(texts: Part, sizes: TextSizes, device: str = "cpu") -> tuple[Any, Any] | None:
    """
    Return data of the old text, for `stability.Watch`: windows that were trained on.

    Parameters
    ----------
    texts : Part
        Of the phase to come.
    sizes : TextSizes
        Windows.
    device : str
        Where the network is.

    Returns
    -------
    inputs, targets : tensor, shapes (windows, context) and (windows * context,)
        None where there is no old text.
    """
    if texts.old is None:
        return None
    inputs, targets = tensors(even(texts.old.train, sizes.held, sizes.context), device)
    return inputs, targets.flatten()


def tensors(batch: Batch, device: str) -> tuple[Any, Any]:
    """Return a batch where the network is."""
    import torch

    inputs, targets = (torch.from_numpy(one).to(device) for one in batch)
    return inputs, targets


def precision(sizes: TextSizes, device: str) -> AbstractContextManager[Any]:
    """Return what a network is evaluated in: bfloat16 where that is asked for and safe, or its own dtype."""
    import torch

    context: AbstractContextManager[Any] = torch.autocast(device, dtype=torch.bfloat16, enabled=sizes.half)
    return context
