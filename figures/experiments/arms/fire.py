"""FIRE, by the library on the live module: k Newton-Schulz steps, or the exact isometry; every weight is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fire_ref

from .arm import Change, Moment, State
from .checking import Wanted, check
from .matrices import replaced, taken
from .norm import rescaled as to_exact_norm


def steps(k: int) -> Callable[[Moment], Change]:
    """
    Take k steps.

    Parameters
    ----------
    k : int
        10 in the paper's vision experiments, 5 in its language ones; 0 only divides every matrix by its norm.

    Returns
    -------
    callable
        From a moment to a change.
    """

    def change(moment: Moment) -> Change:
        new, _ = fire_ref.reinitialize(moment.model, moment.recipe, steps=k, rows=False)
        return _checked(moment, new, Wanted(k))

    return change


def exact(moment: Moment) -> Change:
    """Take the polar factor itself."""
    new, _ = fire_ref.reinitialize(moment.model, moment.recipe, method="svd", rows=False)
    return _checked(moment, new, Wanted(None))


def muon_steps(k: int) -> Callable[[Moment], Change]:
    """
    Take k steps with Muon's coefficients, which are no approximation of FIRE: singular values end between .68 and 1.13.

    Parameters
    ----------
    k : int
        How many. In float64, where rounding is not stretched by 3.4 in each to more than what is checked.

    Returns
    -------
    callable
        From a moment to a change.
    """

    def stepped(W: Any, c: float) -> Any:
        return c * fire_ref.newton_schulz(W, k, coefficients="muon", dtype="float64")

    return lambda moment: _checked(moment, replaced(moment, stepped).state, Wanted(k, "muon"))


def rescaled(k: int) -> Callable[[Moment], Change]:
    """
    Take k steps, and give every matrix the norm of the exact isometry: what is left is anisotropy.

    Parameters
    ----------
    k : int
        How many.

    Returns
    -------
    callable
        From a moment to a change.
    """

    def stepped(W: Any, c: float) -> Any:
        return to_exact_norm(fire_ref.newton_schulz(W, k), c)

    return lambda moment: _checked(moment, replaced(moment, stepped).state, Wanted(k, rescaled=True))


def _checked(moment: Moment, new: State, wanted: Wanted) -> Change:
    weights = taken(moment.model, moment.recipe)
    return Change(new, check(moment.model.state_dict(), new, weights, wanted))
