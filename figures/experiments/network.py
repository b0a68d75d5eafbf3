"""The networks that are trained, and what is asked of one between two updates."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import Any

from .seeded import seeded

#: Hidden layers, all of one width.
DEPTH = 3


def mlp(inputs: int, width: int, outputs: int, seed: int) -> Any:
    """
    Return an MLP of three hidden layers with ReLU, initialised as PyTorch does it.

    Parameters
    ----------
    inputs, width, outputs : int
        Of its layers.
    seed : int
        Of its weights; torch's own generator is left as it was.

    Returns
    -------
    torch.nn.Sequential
    """
    import torch

    sides = [inputs, *[width] * DEPTH]

    def made() -> Any:
        layers: list[Any] = []
        for near, far in pairwise(sides):
            layers += [torch.nn.Linear(near, far), torch.nn.ReLU()]
        return torch.nn.Sequential(*layers, torch.nn.Linear(width, outputs))

    return seeded(made, seed)


def judged(model: Any, inputs: Any, labels: Any) -> tuple[float, float]:
    """
    Measure a network as it is.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    inputs, labels : tensor
        Data.

    Returns
    -------
    loss, accuracy : float
        Mean cross-entropy, and the share that is right.
    """
    import torch

    with torch.no_grad():
        told = model(inputs)
        loss = torch.nn.functional.cross_entropy(told, labels)
        return float(loss), float((told.argmax(dim=1) == labels).double().mean())


def features(model: Any, inputs: Any) -> Any:
    """
    Return what the last layer is given.

    Parameters
    ----------
    model : torch.nn.Sequential
        The network.
    inputs : tensor
        Data.

    Returns
    -------
    tensor of float64, shape (images, width)
    """
    import torch

    with torch.no_grad():
        return model[:-1](inputs).double()


def drift(before: Any, after: Any) -> float:
    """
    Return the left side of theorem 1: how far the normalised similarity of features moved.

    Parameters
    ----------
    before, after : tensor, shape (images, width)
        Features of the same images.

    Returns
    -------
    float
        ``||C - C~||_F``, C = H H^T / ||H||_F^2; at most the root of 2. Of features that are all zero C is zero.
    """
    one, other = (H / max(float(H.norm()), 1e-300) for H in (before, after))
    # <H H^T, K K^T> = ||H^T K||^2: no matrix of images by images is formed.
    square = (one.T @ one).norm() ** 2 + (other.T @ other).norm() ** 2 - 2 * (one.T @ other).norm() ** 2
    return sqrt(max(float(square), 0.0))
