"""FIRE on a whole network in memory."""

from __future__ import annotations

from collections import Counter
from os import PathLike
from typing import Any, NoReturn

from ..arrays import Array
from ..checkpoints import Stored
from ..errors import sentence
from .deciding import Decisions, decide
from .guessing import resolved
from .modules import is_module
from .projecting import job, project_all
from .recipe import Recipe
from .report import ReinitReport, left, method_and_steps, overridden, said
from .restoring import copied, duplicated, initial_tensors, require_a_copy_to_fit, restored
from .selection import layouts
from .state import tensors
from .tree import rebuilt
from .way import overrides


def reinitialize(
    state: Any,
    recipe: str | PathLike[str] | Recipe,
    *,
    method: str | None = None,
    steps: int | None = None,
    initial: Any = None,
    layout: str | None = None,
    rows: bool = True,
) -> tuple[dict[str, Any], ReinitReport]:
    """
    Reinitialise a network: FIRE on every weight that a recipe takes.

    Parameters
    ----------
    state : mapping of str to array, or torch.nn.Module
        Arrays of any supported library; never modified. A mapping may be a tree, as flax keeps parameters: names are
        the keys joined by "/". Of a module the state_dict is taken, and the kinds of its layers are known: "official"
        takes the weights of Linear and Conv2d layers (and what is tied to one), as the official code does. A mapping
        tells only names and shapes: there it takes every array with 2 or 4 axes, embeddings too.
    recipe : str, path or Recipe
        A name from `RECIPES`; "auto", which tells it from the names and refuses when unsure; a TOML file; or a
        `Recipe` of your own.
    method : {"svd", "fast", "newton-schulz"}, optional
        Default: what the recipe's rules say. "svd" and "fast" give the exact isometry.
    steps : int, optional
        Of Newton-Schulz; default: what the rules say.
    initial : mapping, torch.nn.Module or path, optional
        The network as it was initialised, for recipes that put some tensors back ("dqn").
    layout : str, optional
        Layouts that differ from "OI", "OIHW", separated by commas: "IO,HWIO" for JAX. A rule's own goes first.
    rows : bool
        False makes no rows: they take the singular values of every weight, which for large networks is most of the
        time. DfI and SFE are measured all the same.

    Returns
    -------
    new_state : dict of str to array
        All of `state`, the taken weights replaced in their library, dtype and device; tied names stay tied, and what
        is left alone is the same object as before. Partly overlapping views are weights of their own. A tree has its
        nesting again. Of a module: what its ``load_state_dict`` takes.
    report : ReinitReport

    Raises
    ------
    TypeError
        No mapping or module, or an argument of the wrong type.
    ValueError
        An unknown name; a weight with NaN or inf, or with a zero matrix under "newton-schulz"; no weight to take; a
        fused weight whose sizes are not those of its rule; an `initial` that is missing, needless or does not fit.

    Notes
    -----
    On the host the weights are projected one by one; on a GPU those of one matrix shape and dtype together. Tied
    tensors are projected once: names that share memory, and the ends of declared or known pairs (`lm_head` and `wte`
    or `embed_tokens`, `decoder` and `word_embeddings`) whose bytes are equal. Equal bytes elsewhere are a note.

    arXiv 2602.08040, official vision code `fire.py`: k = 10, every tap of a convolution by itself, gain
    sqrt(out/in) / area. Biases, norms and buffers are not touched; optimiser state and BatchNorm statistics belong
    to the old weights: see `reset_optimizer`.

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
    function = "reinitialize"
    asked = overrides(function, method, steps)
    known = layouts(function, layout)
    found = tensors(function, "state", state, files=False)
    chosen, why = resolved(function, recipe, found)
    decisions = decide(function, found, known, chosen)
    before = initial_tensors(function, initial, chosen, decisions)
    by_name = {tensor.name: tensor for tensor in found}
    mine = {name: choice for name, choice in decisions.choices.items() if decisions.first[name] == name}
    jobs = {n: job(function, by_name[n], choice, asked) for n, choice in mine.items() if choice.action == "project"}
    if not jobs and not before:
        _nothing(function, chosen, decisions)
    new, outcomes = project_all(function, jobs, bool(rows))
    new |= {n: restored(function, by_name[n], before[n]) for n, choice in mine.items() if choice.action == "reset"}
    for name, choice in mine.items():
        if choice.source is not None:
            new[name] = _copy(function, by_name, decisions, new, name, choice.source)
    first = decisions.first
    whole = {t.name: new[first[t.name]] if first[t.name] in new else t.read() for t in found}
    changed = tuple(name for name in first if first[name] in new)
    ways = {name: one.way for name, one in jobs.items()}
    told, k = method_and_steps(ways)
    report = ReinitReport(
        recipe=chosen.name,
        method=told,
        steps=k,
        rows=tuple(one.row for one in outcomes if one.row is not None),
        changed=changed,
        skipped=left(decisions, frozenset(changed)),
        dfi_before={one.name: one.before for one in outcomes},
        dfi_after={one.name: one.after for one in outcomes},
        sfe_paid={one.name: one.sfe for one in outcomes},
        done={name: said(decisions, name, ways.get(first[name])) for name in changed},
        notes=(*overridden(decisions, asked, chosen.name), *decisions.notes, *duplicated(by_name, list(jobs))),
        source=f"{chosen.source}; {why}" if why else chosen.source,
    )
    return whole if is_module(state) else rebuilt(state, whole), report


def _nothing(function: str, recipe: Recipe, decisions: Decisions) -> NoReturn:
    why = Counter(choice.reason for choice in decisions.choices.values()).most_common(1)[0][0]
    got = f"{len(decisions.choices)} entries, most of them left as {why}"
    advice = "another recipe, or a network with weights of 2 or 4 axes"
    raise ValueError(sentence(function, "state", f"hold a weight that {recipe.name!r} takes", got, advice))


def _copy(
    function: str, by_name: dict[str, Stored], decisions: Decisions, new: dict[str, Array], name: str, source: str
) -> Array:
    """Return what became of the source; a source that is a copy itself was made before, or is as it was."""
    require_a_copy_to_fit(function, by_name[source], by_name[name])
    leader = decisions.first[source]
    return copied(new[leader] if leader in new else by_name[source].read())
