"""L2 init (Kumar, Marklund and Van Roy, 2023): while it trains, every parameter is drawn back to its initial value."""

from __future__ import annotations

from typing import Any

from .arm import State

#: The strength that the paper on FIRE uses.
STRENGTH = 1e-3


def penalty(model: Any, initial: State) -> Any:
    """Return the strength times the squared distance of all parameters from their initial values."""
    total = sum(((tensor - initial[name]) ** 2).sum() for name, tensor in model.named_parameters())
    return STRENGTH * total
