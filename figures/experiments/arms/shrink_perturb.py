"""Shrink and perturb: every parameter goes part of the way back to its initial value."""

from __future__ import annotations

from collections.abc import Callable

from .arm import Change, Moment


def share(initial: float) -> Callable[[Moment], Change]:
    """
    Mix with the initial parameters.

    Parameters
    ----------
    initial : float
        Their share, as the official code counts it: 1 is a full reset of the parameters, 0 nothing.

    Returns
    -------
    callable
        From a moment to a change; buffers stay as they are.
    """

    def change(moment: Moment) -> Change:
        state = dict(moment.model.state_dict())
        # All names of a tied parameter: the last that is loaded is the one that stays.
        for name, _ in moment.model.named_parameters(remove_duplicate=False):
            state[name] = (1 - initial) * state[name] + initial * moment.initial[name]
        return Change(state)

    return change
