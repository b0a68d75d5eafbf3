"""FIRE on a whole network in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from .. import gains, polar, schulz
from ..arguments import choice, count
from ..arrays import Array, on_host, to_host
from ..checkpoints import Stored
from ..errors import sentence
from ..measures import dfi, sfe
from ..operands import operand
from ..prediction import MOST_STEPS
from ..reinit import METHODS, projected
from .batching import Member, in_batches
from .recipe import Recipe, recipe_named
from .record import Row
from .rows import Request, measure
from .selection import Choice, choose, layouts, parts
from .state import tensors, together, with_best_owner

#: Steps that every row foretells.
STEPS = (5, 10)


@dataclass(frozen=True)
class ReinitReport:
    """
    What `reinitialize` did.

    Attributes
    ----------
    recipe, method : str
        Which, and how the isometries were computed.
    steps : int or None
        Of Newton-Schulz.
    rows : tuple of Row
        The weights before, one row for each that was changed; a tied tensor has one, under its first name
        that the recipe takes.
    changed : tuple of str
        Every name whose tensor is another now, tied names included.
    skipped : dict of str to str
        Every other name, and why.
    dfi_after, sfe_paid : dict of str to float
        Measured on the new tensors, at the gain they carry, against the old ones; by the names of `rows`.
    """

    recipe: str
    method: str
    steps: int | None
    rows: tuple[Row, ...]
    changed: tuple[str, ...]
    skipped: dict[str, str]
    dfi_after: dict[str, float]
    sfe_paid: dict[str, float]


def reinitialize(
    state: Any,
    recipe: str | Recipe,
    *,
    method: str | None = None,
    steps: int | None = None,
    initial: Any = None,
    layout: str | None = None,
) -> tuple[dict[str, Any], ReinitReport]:
    """
    Reinitialise a network: FIRE on every weight that a recipe takes.

    Parameters
    ----------
    state : mapping of str to array, or torch.nn.Module
        Arrays of any supported library; never modified. Of a module the state_dict is taken, and the kinds of its
        layers are known: "official" takes the weights of Linear and Conv2d layers (and what is tied to one), as the
        official code does. A mapping tells only shapes: there it takes every array with 2 or 4 axes, embeddings too.
    recipe : str
        A name from `RECIPES`: "official".
    method : {"svd", "fast", "newton-schulz"}, optional
        Default: the recipe's. "svd" and "fast" give the exact isometry.
    steps : int, optional
        Of Newton-Schulz; default: the recipe's.
    initial : mapping, optional
        The network as it was initialised, for recipes that put some tensors back; "official" has no such rule.
    layout : str, optional
        Layouts that differ from "OI", "OIHW", separated by commas: "IO,HWIO" for JAX.

    Returns
    -------
    new_state : dict of str to array
        All of `state`, the taken weights replaced in their library, dtype and device; tied names stay tied, and what
        is left alone is the same object as before. Partly overlapping views are weights of their own. Of a module:
        what its ``load_state_dict`` takes.
    report : ReinitReport

    Raises
    ------
    TypeError
        No mapping or module, a nested mapping, or an argument of the wrong type.
    ValueError
        An unknown name; a weight with NaN or inf, or with a zero matrix under "newton-schulz"; no weight to take.

    Notes
    -----
    On the host the weights are projected one by one; on a GPU those of one matrix shape and dtype together.

    arXiv 2602.08040, official vision code `fire.py`: k = 10, every tap of a convolution by itself, gain
    sqrt(out/in) / area. Biases, norms and buffers are not touched; optimiser state and BatchNorm statistics belong
    to the old weights, and are the caller's to reset.

    Examples
    --------
    >>> import numpy as np
    >>> state = {"fc.weight": np.array([[3.0, 0.0], [0.0, 4.0]]), "fc.bias": np.zeros(2)}
    >>> new, report = reinitialize(state, "official", method="svd")
    >>> new["fc.weight"].round(12)
    array([[1., 0.],
           [0., 1.]])
    >>> report.changed, report.skipped
    (('fc.weight',), {'fc.bias': 'a vector or scalar (bias, norm), which FIRE leaves alone'})
    """
    chosen = recipe_named("reinitialize", recipe)
    way = chosen.method if method is None else choice("reinitialize", "method", method, METHODS)
    k = chosen.steps if steps is None else count("reinitialize", "steps", steps)
    if k > MOST_STEPS:
        raise ValueError(sentence("reinitialize", "steps", f"be at most {MOST_STEPS}", k, "method='svd'"))
    if initial is not None:
        rule = f"be left out: recipe {chosen.name!r} puts no tensor back"
        raise ValueError(sentence("reinitialize", "initial", rule, type(initial).__name__, "initial=None"))
    exact = way in polar.METHODS
    plan = way if exact else schulz.plan("reinitialize", k, "cubic", "frobenius", chosen.eps, None)
    found = tensors("reinitialize", "state", state, files=False)
    later = together(found)
    found = with_best_owner(found, later, chosen.owners)
    known = layouts("reinitialize", layout)
    request = Request("reinitialize", tuple(sorted({*STEPS, k})))
    computed = parts([tensor.name for tensor in found])
    choices = {tensor.name: choose("reinitialize", tensor, known, chosen, computed) for tensor in found}
    first = {tensor.name: later.get(tensor.name, tensor.name) for tensor in found}
    gain = gains.parse("reinitialize", chosen.gain)
    weights: dict[str, _Weight] = {}
    new: dict[str, Array] = {}
    for tensor in found:  # of tied names, the first that the recipe takes
        key = first[tensor.name]
        if choices[tensor.name].action == "fire" and key not in weights:
            one = weights[key] = _weight(request, tensor, choices[tensor.name], plan)
            if on_host(one.member.w.array):  # one by one, so that memory follows the largest
                new[key] = projected("reinitialize", one.member.w, one.member.layout, plan, gain, True)
    if not weights:
        why = Counter(one.reason for one in choices.values()).most_common(1)[0][0]
        got = f"{len(found)} entries, most of them left as {why}"
        advice = "a network with weights of 2 or 4 axes"
        raise ValueError(sentence("reinitialize", "state", f"hold a weight that {chosen.name!r} takes", got, advice))
    elsewhere = {key: one.member for key, one in weights.items() if key not in new}
    new |= zip(elsewhere, in_batches("reinitialize", [*elsewhere.values()], plan, gain), strict=True)
    paid = {one.row.name: _paid(one, new[key]) for key, one in weights.items()}
    whole = {t.name: new[first[t.name]] if first[t.name] in new else t.read() for t in found}
    return whole, ReinitReport(
        recipe=chosen.name,
        method=way,
        steps=None if exact else k,
        rows=tuple(one.row for one in weights.values()),
        changed=tuple(name for name in first if first[name] in new),
        skipped={name: one.reason for name, one in choices.items() if first[name] not in new},
        dfi_after={name: dfi for name, (dfi, _) in paid.items()},
        sfe_paid={name: sfe for name, (_, sfe) in paid.items()},
    )


class _Weight(NamedTuple):
    """One weight that is taken: its row before, and what is projected."""

    row: Row
    member: Member


def _weight(request: Request, tensor: Stored, decision: Choice, plan: schulz.Plan | str) -> _Weight:
    where = f"state[{tensor.name!r}]"
    array = tensor.read()
    row, layout = measure(request, tensor, array, decision).row, decision.layout
    assert layout is not None, "a tensor without a layout is never taken"
    if row.action == "refuse":
        raise ValueError(
            sentence(
                "reinitialize", where, "be finite", row.note.removeprefix("holds "), "looking at where it came from"
            )
        )
    if not isinstance(plan, str) and plan.eps == 0 and row.zero_matrices:
        got = "a zero matrix" if row.matrices == 1 else f"{row.zero_matrices} zero matrices of {row.matrices}"
        raise ValueError(sentence("reinitialize", where, "be nonzero", got, "method='svd', or leaving it out"))
    return _Weight(row, Member(where, operand("reinitialize", where, array, host=True, warn=False), layout))


def _paid(one: _Weight, new: Array) -> tuple[float, float]:
    """Measure the DfI that is left and the SFE that was paid."""
    _, w, layout = one.member
    before, after = (layout.to_stack(w.xp, array) for array in (w.array, new))
    left = to_host(dfi(after, gain=one.row.gain)).sum()
    return float(left), float(to_host(sfe(before, after)).sum())
