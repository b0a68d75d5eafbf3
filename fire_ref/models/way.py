"""How one weight is projected: what its rule says, unless the caller asks for something else."""

from __future__ import annotations

from typing import NamedTuple

from .. import gains, polar, schulz
from ..arguments import choice, count
from ..arrays import Array
from ..errors import sentence
from ..layout import Layout
from ..operands import operand
from ..prediction import MOST_STEPS
from ..reinit import METHODS, projected
from .rule import Rule


class Overrides(NamedTuple):
    """What the caller asks for in place of the rules; None for what they say."""

    method: str | None = None
    steps: int | None = None


class Way(NamedTuple):
    """How one weight is projected; fields as in `Rule`, all of them plain."""

    method: str
    steps: int
    eps: float
    gain: str | float

    @property
    def exact(self) -> bool:
        """Whether the isometry is exact."""
        return self.method in polar.METHODS

    @property
    def text(self) -> str:
        """The method in a few words."""
        eps = f", eps {self.eps:g}" if self.eps else ""
        return self.method if self.exact else f"{self.method}, k = {self.steps}{eps}"

    @property
    def divides(self) -> bool:
        """Whether a zero matrix has no result: the iteration divides by its norm."""
        return not self.exact and self.eps == 0

    def plan(self, function: str) -> schulz.Plan | str:
        """Return what `reinit.projected` takes."""
        return self.method if self.exact else schulz.plan(function, self.steps, "cubic", "frobenius", self.eps, None)

    def project(self, function: str, where: str, array: Array, layout: Layout) -> Array:
        """
        Reinitialise one weight.

        Parameters
        ----------
        function, where : str
            Who asks, and what the weight is called.
        array : array
            Not modified.
        layout : Layout
            Of the array.

        Returns
        -------
        array
            In the caller's namespace, dtype and device, in memory of its own.
        """
        w = operand(function, where, array, host=True, warn=False)
        return projected(function, w, layout, self.plan(function), gains.parse(function, self.gain), True)


def overrides(function: str, method: object, steps: object) -> Overrides:
    """
    Check what the caller asks for.

    Parameters
    ----------
    function : str
        Who asks.
    method, steps : object
        The caller's; None for what the rules say.

    Returns
    -------
    Overrides

    Raises
    ------
    ValueError
        No such method, or too many steps.
    """
    way = None if method is None else choice(function, "method", method, METHODS)
    k = None if steps is None else count(function, "steps", steps)
    if k is not None and k > MOST_STEPS:
        raise ValueError(sentence(function, "steps", f"be at most {MOST_STEPS}", k, "method='svd'"))
    return Overrides(way, k)


def way_of(rule: Rule, asked: Overrides) -> Way:
    """
    Return how a rule's weights are projected.

    Parameters
    ----------
    rule : Rule
        Whose action is "project".
    asked : Overrides
        The caller's.

    Returns
    -------
    Way
    """
    method = rule.method if asked.method is None else asked.method
    return Way(method, rule.steps if asked.steps is None else asked.steps, rule.eps, rule.gain)
