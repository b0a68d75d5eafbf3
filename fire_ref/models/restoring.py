"""What is not projected and changes all the same: tensors put back to their initial values, and copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import FLOATS, Array, dense, dtype_name, home, quiet, to_host
from ..checkpoints import Stored
from ..errors import sentence
from .deciding import Decisions
from .recipe import Recipe
from .state import tensors


def initial_tensors(
    function: str, initial: object, recipe: Recipe, decisions: Decisions, *, files: bool = True
) -> dict[str, Stored]:
    """
    Find the initial values that a recipe needs.

    Parameters
    ----------
    function : str
        Who asks.
    initial : mapping, torch.nn.Module, path or None
        The network as it was initialised.
    recipe : Recipe
        The recipe.
    decisions : Decisions
        What it decided.
    files : bool
        Whether a path will do.

    Returns
    -------
    dict of str to Stored
        For each tensor that is reset.

    Raises
    ------
    ValueError
        They are missing, or needless, or lack a tensor.
    """
    first = decisions.first
    wanted = [name for name, choice in decisions.choices.items() if choice.action == "reset" and first[name] == name]
    if initial is None:
        if wanted:
            rule = f"be given: recipe {recipe.name!r} puts {len(wanted)} tensors back to their initial values"
            raise ValueError(sentence(function, "initial", rule, "None", "the state of a newly made network"))
        return {}
    if not recipe.resets:
        rule = f"be left out: recipe {recipe.name!r} puts no tensor back"
        raise ValueError(sentence(function, "initial", rule, type(initial).__name__, "initial=None"))
    known = {tensor.name: tensor for tensor in tensors(function, "initial", initial, files=files)}
    for name, leader in first.items():  # a file keeps a tied tensor once, under any of its names
        if leader not in known and name in known:
            known[leader] = known[name]
    missing = [name for name in wanted if name not in known]
    if missing:
        rule, advice = f"hold all that is put back, {missing[0]!r} among it", "the same network, newly made"
        raise ValueError(sentence(function, "initial", rule, f"{len(missing)} missing", advice))
    return {name: known[name] for name in wanted}


def restored(function: str, now: Stored, before: Stored) -> Array:
    """
    Return a tensor's initial values, as the tensor is kept now.

    Parameters
    ----------
    function : str
        Who asks.
    now, before : Stored
        The tensor in the network, and in the initial one.

    Returns
    -------
    array
        In memory of its own, in the library, dtype and device of `now`.

    Raises
    ------
    ValueError
        Another shape; NaN or inf, or values that the tensor's dtype does not hold.
    TypeError
        No dense array; one of another library, and not of NumPy; a dtype that the tensor's cannot hold.
    """
    where = f"initial[{before.name!r}]"
    if before.trouble is not None:
        raise TypeError(sentence(function, where, "be an array", before.trouble, "another initial network"))
    if before.shape != now.shape:
        rule = f"have the shape {now.shape} of the tensor that it replaces"
        raise ValueError(sentence(function, where, rule, before.shape, "the initial state of the same network"))
    if before.dtype != now.dtype and not {before.dtype, now.dtype} <= set(FLOATS):
        rule = f"have the dtype {now.dtype} of the tensor that it replaces"
        raise TypeError(sentence(function, where, rule, before.dtype, "the initial state of the same network"))
    like, values = dense(function, f"state[{now.name!r}]", now.read()), dense(function, where, before.read())
    xp, device = home(like)
    if isinstance(values, np.ndarray) and not isinstance(like, np.ndarray):
        if dtype_name(values) == "bfloat16":  # which most libraries do not take from NumPy; float32 holds it
            values = values.astype(np.float32)
        values = np.array(values, dtype=values.dtype.newbyteorder("="), order="C")  # nor odd strides, nor read-only
    elif home(values)[0] is not xp:
        rule = "be of the state's library, or of NumPy"
        raise TypeError(sentence(function, where, rule, type(values).__name__, "converting it first"))
    with quiet(xp, device):  # what the dtype does not hold is refused by name
        found = xp.astype(xp.asarray(values, device=device), like.dtype, copy=True)
    _require_finite(function, where, now.dtype, found)
    return found


def _require_finite(function: str, where: str, dtype: str, found: Array) -> None:
    if dtype not in FLOATS:
        return
    bad = np.argwhere(~np.isfinite(to_host(found).astype(np.float64)))
    if len(bad):
        got = f"{to_host(found)[tuple(bad[0])]} at index {tuple(int(i) for i in bad[0])}"
        raise ValueError(sentence(function, where, f"be finite in {dtype}", got, "another initial network"))


def copied(array: Array) -> Array:
    """
    Return the same values in memory of their own: a copy that shared it would be tied.

    Parameters
    ----------
    array : array
        What is copied.

    Returns
    -------
    array
    """
    values = array.detach() if hasattr(array, "detach") else array  # out of torch's graph
    return home(values)[0].asarray(values, copy=True)


def require_a_copy_to_fit(function: str, source: Stored, target: Stored) -> None:
    """
    Refuse a copy between tensors of different shapes.

    Parameters
    ----------
    function : str
        Who asks.
    source, target : Stored
        From where to where.

    Raises
    ------
    ValueError
        Different shapes or dtypes.
    """
    if (source.shape, source.dtype) != (target.shape, target.dtype):
        rule = f"have the shape and dtype of {source.name!r}, which is copied to it"
        got = f"{target.dtype} {target.shape} for {source.dtype} {source.shape}"
        raise ValueError(sentence(function, f"state[{target.name!r}]", rule, got, "another recipe"))


def duplicated(tensors_of: Mapping[str, Stored], names: Sequence[str]) -> list[str]:
    """
    Note tensors that hold the same bytes and are not tied: twin critics, target networks.

    Parameters
    ----------
    tensors_of : mapping of str to Stored
        The network.
    names : sequence of str
        Those to compare.

    Returns
    -------
    list of str
        One sentence for each further copy.
    """
    first: dict[Any, str] = {}
    notes = []
    for name in names:
        tensor = tensors_of[name]
        key = (tensor.shape, tensor.dtype, hash(to_host(tensor.read()).tobytes()))
        kept = first.setdefault(key, name)
        if kept != name:
            notes.append(f"{name} holds the same values as {kept} and is not tied to it: each is treated by itself")
    return notes
