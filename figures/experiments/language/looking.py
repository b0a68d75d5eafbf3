"""What a network foretells of a text, and what its head is given there."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from .batches import Batch, even
from .sizes import TextSizes
from .texts import Tokens

#: Windows at most that a change of the weights is watched on: features of all are many.
WATCHED = 64


def judged(model: Any, tokens: Tokens, sizes: TextSizes, device: str = "cpu", windows: int = 0) -> tuple[float, float]:
    """
    Measure a network as it is, on windows that are spread evenly over a text.

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
    windows : int
        How many; default: ``sizes.held``.

    Returns
    -------
    loss, accuracy : float
        Mean cross-entropy in nats per token, and the share of tokens that are foretold.
    """
    import torch

    inputs, targets = tensors(even(tokens, windows or sizes.held, sizes.context), device)
    loss, right = 0.0, 0
    with torch.no_grad(), precision(sizes, device):
        for some, wanted in zip(inputs.split(sizes.micro), targets.split(sizes.micro), strict=True):
            told = model(some)
            loss += float(torch.nn.functional.cross_entropy(told, wanted.flatten(), reduction="sum"))
            right += int((told.argmax(dim=1) == wanted.flatten()).sum())
    return loss / int(targets.numel()), right / int(targets.numel())


def features(model: Any, tokens: Tokens, sizes: TextSizes, device: str = "cpu") -> Any:
    """
    Return what the head is given on some windows of a text.

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
    tensor of float64, shape (predictions, width)
    """
    import torch

    inputs, _ = tensors(even(tokens, min(sizes.held, WATCHED), sizes.context), device)
    with torch.no_grad(), precision(sizes, device):
        return torch.cat([model.features(some).double() for some in inputs.split(sizes.micro)])


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
