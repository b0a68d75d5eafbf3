"""What a reinitialisation leaves of what was learned: the old task, before, right after, and some updates later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

import fire_ref

from .arms.arm import gain, weights
from .course import Look
from .network import drift

#: Updates of the new task after which the old one is asked again.
LATER = (10, 100)
#: Digits that are kept: more than the seeds agree in.
DIGITS = 4


class Watch:
    """One change, from before it until the last look at the old task."""

    def __init__(self, model: Any, look: Look) -> None:
        """
        Look at the old task before the change.

        Parameters
        ----------
        model : torch.nn.Module
            The network, which stays the same object.
        look : Look
            At the old task.
        """
        self._model, self._look = model, look
        self._features = look.features()
        self._weights = {name: tensor.clone() for name, tensor in weights(model.state_dict()).items()}
        self.found: dict[str, Any] = {"before": self._judged(), "dfi": [self._dfi()]}

    def changed(self) -> None:
        """Look right after the change: SFE and DfI over all weights, the drift of theorem 1, and the old task."""
        now = weights(self._model.state_dict())
        self.found["dfi"].append(self._dfi())
        self.found["sfe"] = rounded(sum(float(fire_ref.sfe(W, now[name])) for name, W in self._weights.items()))
        self.found["drift"] = rounded(drift(self._features, self._look.features()))
        self.found["after"] = self._judged()
        if self._look.restated is not None:
            self.found["restated"] = _short(self._look.restated())

    def updated(self, updates: int) -> None:
        """Look again after some updates of the new task, if it is time."""
        if updates in LATER:
            self.found[f"after {updates}"] = self._judged()

    def _judged(self) -> list[float | None]:
        return _short(self._look.judged())

    def _dfi(self) -> float | None:
        return total_dfi(self._model.state_dict())


def _short(told: Iterable[float | None]) -> list[float | None]:
    return [None if value is None else rounded(value) for value in told]


def total_dfi(state: Mapping[str, Any]) -> float | None:
    """Return DfI against FIRE's gain, over all weights of a state."""
    return rounded(sum(float(fire_ref.dfi(W, gain=gain(W))) for W in weights(state).values()))


def rounded(value: float) -> float | None:
    """Return a number to so many digits that a line of JSON stays short; None where a network has diverged."""
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
