"""What a theorem says of given weights: bound, truth, and whether its hypotheses hold."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Hypothesis:
    """
    One condition of a theorem, and how it stands.

    Attributes
    ----------
    text : str
        What is demanded.
    value : float
        What was found; nan where there is no number.
    holds : bool or None
        None where data cannot tell.
    """

    text: str
    value: float
    holds: bool | None


@dataclass(frozen=True)
class TheoremCheck:
    """
    One of the paper's theorems, in its corrected form, on given weights.

    Attributes
    ----------
    theorem : int
        1 to 4, as in arXiv 2602.08040.
    claim : str
        What is bounded.
    measured : float
        Its true value.
    bound : float
        The paper's bound, corrected; what holds of anything where the hypotheses do not hold.
    sharper : float
        The best bound that is proved from the weights themselves.
    trivial : float
        What holds of anything: a bound that is no better says nothing.
    upper : bool
        Whether it bounds from above.
    hypotheses : tuple of Hypothesis
        All of the theorem's.
    """

    theorem: int
    claim: str
    measured: float
    bound: float
    sharper: float
    trivial: float
    upper: bool
    hypotheses: tuple[Hypothesis, ...]

    @property
    def holds(self) -> bool:
        """Whether no hypothesis fails; those that data cannot tell are taken as given."""
        return all(one.holds is not False for one in self.hypotheses)

    @property
    def slack(self) -> float:
        """How many times the bound exceeds the truth (a lower bound: falls short of it); 1 where it is attained."""
        return _times(self.bound, self.measured) if self.upper else _times(self.measured, self.bound)

    @property
    def says_something(self) -> bool:
        """Whether the hypotheses hold and the bound is better than what holds of anything."""
        return self.holds and (self.bound < self.trivial if self.upper else self.bound > self.trivial)


def _times(large: float, small: float) -> float:
    if large == small:
        return 1.0
    return large / small if small else math.inf
