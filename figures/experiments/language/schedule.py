"""AdamW as nanoGPT sets it up: decay on matrices only; the rate rises, and then falls with a cosine or stays."""

from __future__ import annotations

from math import cos, pi
from typing import Any

from .sizes import TextSizes


def adamw(model: Any, sizes: TextSizes) -> Any:
    """
    Return a new optimiser.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    sizes : TextSizes
        Rate, decay and betas.

    Returns
    -------
    torch.optim.AdamW
        Of two groups: matrices with decay, vectors without.
    """
    import torch

    groups: list[dict[str, Any]] = [
        {"params": [one for one in model.parameters() if one.ndim >= 2], "weight_decay": sizes.decay},
        {"params": [one for one in model.parameters() if one.ndim < 2], "weight_decay": 0.0},
    ]
    # One tensor after the other: the others' temporary copies are as large as the network.
    return torch.optim.AdamW(groups, lr=sizes.rate, betas=(sizes.beta1, sizes.beta2), foreach=False)


def factor(sizes: TextSizes, phase: int, update: int) -> float:
    """
    Return the rate of an update, over the highest one.

    Parameters
    ----------
    sizes : TextSizes
        How it rises and falls.
    phase, update : int
        From 0.

    Returns
    -------
    float
        In phase A it does not depend on where that ends: one run passes through all its checkpoints.
    """
    started = sizes.shared and phase == 0
    total = sizes.longest if started else sizes.after
    rising = min(int(sizes.warm * total), sizes.warmest)
    if update < rising:
        return (update + 1) / (rising + 1)
    if started and not sizes.falling:
        return 1.0
    gone = (update - rising) / max(total - rising, 1)
    return sizes.least + (1 - sizes.least) * (1 + cos(pi * min(gone, 1.0))) / 2


def follow(optimizer: Any, share: float) -> None:
    """
    Set the rate of every group to a share of what it was made with.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Any: groups may have rates of their own.
    share : float
        Of `factor`.
    """
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("initial_lr", group["lr"]) * share
