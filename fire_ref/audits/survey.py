"""Auditing: tensor by tensor, so that memory follows the largest of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from ..arguments import choice, count
from ..arrays import Array, backend, dtype_name, home
from ..checkpoints import Stored
from ..errors import sentence
from ..models import Row
from ..models.blocks import blocks
from ..models.deciding import decide
from ..models.guessing import resolved
from ..models.projecting import block_name
from ..models.recipe import Recipe
from ..models.rows import Measured, Request, measure
from ..models.selection import Choice, layouts
from ..models.state import tensors
from ..prediction import MOST_STEPS
from ..spectrum import Host
from .record import Audit
from .sentences import say
from .totals import total

#: Called with the name of the tensor that comes next, the entries audited so far, and all there are.
Watch: TypeAlias = Callable[[str, int, int], None]


def audit(
    state_or_path: Mapping[str, Any] | str | os.PathLike[str] | Any = None,
    *,
    recipe: str | Recipe | None = None,
    steps: int | tuple[int, ...] = (5, 10),
    layout: str | None = None,
    operator: int | None = None,
    theory: bool = False,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Audit:
    """
    Tell what FIRE would do to every layer of a network, without doing it.

    Parameters
    ----------
    state_or_path : mapping of str to array, torch.nn.Module, or path, optional
        A state in memory, or ``.safetensors``, ``.safetensors.index.json`` or ``.npz``; default the networks that
        ship with the package. Files are read tensor by tensor and never unpickled.
    recipe : str, optional
        Which tensors FIRE takes: a name from `RECIPES`, "auto", or a TOML file; default every weight of known layout.
        Those that a recipe leaves alone are measured too, with the action "keep"; of a fused weight that it cuts,
        each block.
    steps : int or sequence of int
        Newton-Schulz steps to foretell.
    layout : str, optional
        Layouts beside or instead of "OI", "OIHW", "OIDHW", one for each number of axes, separated by commas: "OIW"
        for conv1d kernels, "IO,HWIO" for JAX and TensorFlow.
    operator : int, optional
        Also measure convolutions as operators on a circular grid of that size along every spatial axis.
    theory : bool
        Also tell which of the paper's theorems say something of each layer, before and after; needs singular vectors.
    device : {"cpu", "cuda"}
        Where the tensors of a file are computed; arrays in memory stay where they are.
    watch : callable, optional
        Told of the progress: ``watch(name, done, all)``, in entries.

    Returns
    -------
    Audit
        A row for each weight, all float64 whatever the dtype. Integers, bools, float8 and vectors are in `skipped`
        with the reason. A tensor with NaN or inf has a row that says so.

    Raises
    ------
    TypeError
        Nothing that can be audited, or an argument of the wrong type.
    ValueError
        A file that is not what its name says; a name or layout that does not exist.
    OSError
        A file that is missing or may not be read.
    BackendError
        No usable GPU for "cuda".

    Notes
    -----
    Every number of a row follows from the singular values: X_k = U diag(p_k(s)) V^T (see `predict`), and SFE splits
    exactly into sum (s - mean)^2 + p (mean - c)^2. Rank counts singular values above max(m, n) eps s_1 with the eps
    of the dtype that FIRE iterates in: float32 for half precision.

    Examples
    --------
    >>> import numpy as np
    >>> found = audit({"fc.weight": np.array([[3.0, 0.0], [0.0, 0.004]])})
    >>> found.rows[0].steps_needed, round(found.rows[0].response_min[5], 4)
    (20, 0.0101)
    """
    ks = _steps(steps)
    known = layouts("audit", layout)
    if watch is not None and not callable(watch):
        raise TypeError(sentence("audit", "watch", "be a function", repr(watch), "watch=None"))
    size = None if operator is None else count("audit", "operator", operator, least=1)
    choice("audit", "device", device, ("cpu", "cuda"))
    on_gpu = backend("cupy") if device == "cuda" else None
    found = tensors("audit", "state", _shipped() if state_or_path is None else state_or_path)
    chosen = None if recipe is None else resolved("audit", recipe, found)[0]
    decisions = decide("audit", found, known, chosen)
    choices, first = decisions.choices, decisions.first
    skipped = {name: one.reason for name, one in choices.items() if one.layout is None}
    skipped |= {name: f"tied to {other}" for name, other in first.items() if name != other and name not in skipped}
    request = Request("audit", ks, size, bool(theory))
    rows: list[Row] = []
    spectra: dict[str, Host] = {}
    todo = [tensor for tensor in found if tensor.name not in skipped]
    done, everything = 0, sum(tensor.size for tensor in todo)
    for tensor in todo:
        if watch is not None:
            watch(tensor.name, done, everything)
        array = tensor.read() if on_gpu is None else _moved(tensor, on_gpu)
        for measured in _measured(request, tensor, array, choices[tensor.name]):
            rows.append(measured.row)
            spectra[measured.row.name] = measured.values
        done += tensor.size
    totals = total(rows, spectra, ks)
    name = None if chosen is None else chosen.name
    return Audit(_source(state_or_path), name, ks, tuple(rows), skipped, totals, say(rows, totals, ks), spectra)


def _measured(request: Request, tensor: Stored, array: Array, decided: Choice) -> Iterator[Measured]:
    """Measure the blocks of a tensor; what is not projected is not cut."""
    assert decided.layout is not None, "what has no layout was skipped"
    rule = decided.rule if decided.action == "project" else None
    for block in blocks(request.function, tensor.name, tensor.shape, decided.layout, rule):
        described = replace(tensor, name=block_name(tensor.name, block), shape=block.shape)
        part = block.take(home(array)[0], array)
        yield measure(request, described, part, decided._replace(layout=block.layout))


def _steps(steps: object) -> tuple[int, ...]:
    given = steps if isinstance(steps, (tuple, list)) else (steps,)
    if not given:
        raise ValueError(sentence("audit", "steps", "name at least one number of steps", repr(steps), "steps=(5, 10)"))
    ks = tuple(sorted({count("audit", "steps", k) for k in given}))
    if ks[-1] > MOST_STEPS:
        raise ValueError(sentence("audit", "steps", f"be at most {MOST_STEPS}", ks[-1], "steps=(5, 10)"))
    return ks


def _shipped() -> Mapping[str, Any]:
    from ..weights import shipped  # which imports safetensors

    return shipped()


def _moved(tensor: Stored, xp: Any) -> Array:
    array = tensor.read()
    # CuPy has no bfloat16; float32 holds its values.
    return xp.asarray(array.astype("float32") if dtype_name(array) == "bfloat16" else array)


def _source(state_or_path: object) -> str:
    if state_or_path is None:
        return "the networks that ship with fire_ref"
    if isinstance(state_or_path, (str, os.PathLike)):
        return str(os.fspath(state_or_path))
    return f"a {type(state_or_path).__name__}"
