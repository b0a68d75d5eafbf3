"""Networks that are drawn by a seed, and leave torch's own generator as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def seeded(make: Callable[[], Any], seed: int) -> Any:
    """
    Make something with torch's generator at a seed.

    Parameters
    ----------
    make : callable
        Makes it, on the CPU.
    seed : int
        Of its weights.

    Returns
    -------
    object
        What `make` returns.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()
