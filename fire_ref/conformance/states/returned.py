"""The tensors that a recipe does not compute and that change all the same: put back, or copied from another one."""

from __future__ import annotations

from ...checkpoints import Stored
from ..record import Result
from .comparing import changed_by, numbers, readable, same, stored_in, within_a_rounding
from .mistake import Mistake
from .networks import Networks


def reset(networks: Networks, name: str) -> tuple[Result, list[Mistake]]:
    """
    Judge one tensor that should have its initial values again.

    Parameters
    ----------
    networks : Networks
        Before, after, and the initial values.
    name : str
        In all of them, of one shape before and after.

    Returns
    -------
    result : Result
    mistakes : list of Mistake
        SKIPPED_SILENTLY where it is as before, WRONG_RESET where it is neither.
    """
    wanted = networks.initial[networks.decisions.first[name]]
    told = "recipe puts it back to its initial values"
    return _judged(networks, name, wanted, "state.reset", "WRONG_RESET", told)


def copied(networks: Networks, name: str) -> tuple[Result, list[Mistake]]:
    """
    Judge one tensor that should be a copy of another one.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        In both, of one shape.

    Returns
    -------
    result : Result
    mistakes : list of Mistake
        SKIPPED_SILENTLY where it is as before, WRONG_COPY where it is neither.
    """
    source = networks.choice(name).source
    assert source is not None, "a copy has a source"
    wanted = networks.after.get(source)
    if wanted is None:
        return Result(name, "state.copied", "skipped", text=f"{source!r} is missing"), []
    return _judged(networks, name, wanted, "state.copied", "WRONG_COPY", f"recipe copies {source!r} to it")


def _judged(
    networks: Networks, name: str, wanted: Stored, check: str, code: str, told: str
) -> tuple[Result, list[Mistake]]:
    old, new = networks.before[name], networks.after[name]
    if wanted.shape != new.shape:
        text = f"{new.shape}; {told}, of shape {wanted.shape}"
        return Result(name, check, "fail", text=text), [Mistake("SHAPE_CHANGED", name, text)]
    if not (readable(new) and readable(wanted)):
        right = same(new, wanted)
        residual, bound = (0.0, 1.0) if right else (2.0, 1.0)
    else:
        residual, bound = within_a_rounding(numbers(new), numbers(wanted), stored_in(new, wanted))
    if residual <= bound:
        return Result(name, check, "pass", residual, bound), []
    if same(old, new):
        return Result(name, check, "fail", residual, bound), [
            Mistake("SKIPPED_SILENTLY", name, f"is as it was; {told}")
        ]
    text = f"is neither as it was nor as wanted ({changed_by(old, new)}); {told}"
    return Result(name, check, "fail", residual, bound), [Mistake(code, name, text)]
