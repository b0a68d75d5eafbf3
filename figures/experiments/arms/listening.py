"""What hidden units gave in the last training batch: hooks on their activations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..units import Unit


class Listener:
    """
    Hooks that keep something of each layer's units.

    Attributes
    ----------
    heard : list of tensor or None
        For each layer what `keep` made of its units in the last training batch; None before the first.
    """

    def __init__(self, layers: Sequence[Unit], keep: Callable[[Any, tuple[int, ...]], Any]) -> None:
        """
        Begin to listen.

        Parameters
        ----------
        layers : sequence of Unit
            Of `units.units`.
        keep : callable
            From outputs, and their axes that are not the units', to what is kept of each unit.
        """
        self.heard: list[Any] = [None] * len(layers)
        self._keep = keep
        self._hooks = [one.activation.register_forward_hook(self._hook(i)) for i, one in enumerate(layers)]

    def _hook(self, place: int) -> Callable[[Any, Any, Any], None]:
        import torch

        def hook(_module: Any, _inputs: Any, output: Any) -> None:
            if torch.is_grad_enabled():  # where it is not, somebody only looks
                # Of a transformer's (inputs, tokens, units) the last axis, of all others the second.
                mine = 2 if output.ndim == 3 else 1
                others = tuple(axis for axis in range(output.ndim) if axis != mine)
                self.heard[place] = self._keep(output.detach(), others)

        return hook

    def close(self) -> None:
        """Take the hooks away."""
        for hook in self._hooks:
            hook.remove()


def strength(outputs: Any, others: tuple[int, ...]) -> Any:
    """Return the mean absolute activation of each unit."""
    return outputs.abs().mean(dim=others)


def fired(outputs: Any, others: tuple[int, ...]) -> Any:
    """Return whether each unit was positive anywhere."""
    return outputs.amax(dim=others) > 0
