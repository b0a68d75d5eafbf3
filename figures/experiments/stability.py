"""What a reinitialisation leaves of what was learned: the old task, before, right after, and some updates later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import fire_ref

from .arms.arm import State
from .arms.matrices import Weight, stacks, taken
from .course import Look
from .network import drift

#: Updates of the new task after which the old one is asked again.
LATER = (10, 100)
#: Digits that are kept: more than the seeds agree in.
DIGITS = 4


class Watch:
    """One change, from before it until the last look at the old task."""

    def __init__(self, model: Any, look: Look, recipe: str = "official") -> None:
        """
        Look at the old task before the change.

        Parameters
        ----------
        model : torch.nn.Module
            The network, which stays the same object.
        look : Look
            At the old task.
        recipe : str
            Of `fire_ref.RECIPES`: over which weights SFE and DfI are summed, whatever the arm.
        """
        self._model, self._look = model, look
        self._features = look.features()
        self._weights = taken(model, recipe)
        self._before = [(W.clone(), gain) for W, gain in stacks(model.state_dict(), self._weights)]
        self.found: dict[str, Any] = {"before": self._judged(), "dfi": [self._dfi()]}

    def changed(self) -> None:
        """Look right after the change: SFE and DfI over all weights, the drift of theorem 1, and the old task."""
        now = stacks(self._model.state_dict(), self._weights)
        pairs = zip(self._before, now, strict=True)
        self.found["dfi"].append(self._dfi())
        self.found["sfe"] = rounded(sum(float(fire_ref.sfe(W, V).sum()) for (W, _), (V, _) in pairs))
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
        return total_dfi(self._model.state_dict(), self._weights)


def _short(told: Iterable[float | None]) -> list[float | None]:
    return [None if value is None else rounded(value) for value in told]


def total_dfi(state: State, weights: Sequence[Weight]) -> float | None:
    """
    Return DfI against FIRE's gain, over all matrices that FIRE takes.

    Parameters
    ----------
    state : mapping of str to tensor
        Of the network.
    weights : sequence of Weight
        From `matrices.taken`.

    Returns
    -------
    float or None
        None where a network has diverged.
    """
    return rounded(sum(float(fire_ref.dfi(W, gain=gain).sum()) for W, gain in stacks(state, weights)))


def rounded(value: float) -> float | None:
    """Return a number to so many digits that a line of JSON stays short; None where a network has diverged."""
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
