"""One tensor read, made and written; in memory is that tensor and what its route needs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Array, backend, dtype_name, to_host
from ..errors import sentence
from ..models.projecting import Job, block_name
from ..models.restoring import restored
from .copying import copy
from .measuring import measured
from .orders import Make, Measured, Outcome
from .writing import parts, write_array


def make(function: str, order: Make) -> Outcome:
    """
    Make one tensor, and write it.

    Parameters
    ----------
    function : str
        Who asks.
    order : Make
        What, how and where.

    Returns
    -------
    Outcome
    """
    blocks: tuple[Measured, ...] = ()
    content = ""
    if order.raw is not None:
        source, begin, end = order.raw
        for target in order.targets:
            copy(function, source, target.path, ((begin, end),), shift=target.offset - begin, shared=order.shared)
        return Outcome()
    if order.initial is not None:
        # Only the dtype of what is there now is wanted, not its values.
        now = replace(order.tensor, read=lambda: np.empty(0, _dtype(order.tensor.dtype)))
        array = restored(function, now, order.initial)
    else:
        array = order.tensor.read()
    if order.job is not None:
        content = _content(array)
        array, blocks = _projected(function, order, order.job, array)
    for target in order.targets:
        write_array(function, array, target, shared=order.shared)
    return Outcome(blocks, content)


def _content(array: np.ndarray[Any, np.dtype[Any]]) -> str:
    found = hashlib.sha256()
    for part in parts(array):
        found.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _projected(
    function: str, order: Make, job: Job, array: np.ndarray[Any, np.dtype[Any]]
) -> tuple[np.ndarray[Any, np.dtype[Any]], tuple[Measured, ...]]:
    """
    Project block after block; each takes the place of what it was.

    Raises
    ------
    ValueError
        A block that is not finite, or zero where its way divides by its norm; or a result that is not.
    """
    found = []
    for block in job.cut:
        before = block.take(np, array)
        name = block_name(order.name, block)
        after = _one(function, f"{name!r} in {order.file}", job, before, block.layout, order.device)
        found.append(measured(name, before, after, block.layout, job.way.gain))
        if len(job.cut) == 1:
            return after.reshape(order.tensor.shape), tuple(found)
        before[...] = after
    return array, tuple(found)


def _one(function: str, where: str, job: Job, before: Array, layout: Any, device: str) -> Array:
    try:
        if device == "cpu":
            return job.way.project(function, where, before, layout)
        # CuPy has no bfloat16; float32 holds its values.
        wide = before.astype(np.float32) if dtype_name(before) == "bfloat16" else before
        found = job.way.project(function, where, backend("cupy").asarray(wide), layout)
        return to_host(found).astype(before.dtype, copy=False)
    except ValueError as error:
        start, rule = f"{function}: W must ", "be nonzero"
        if not str(error).startswith(start):
            raise
        told = f"{function}: {where} must {str(error).removeprefix(start)}"
        if rule in told:  # the advice there is for a caller in Python
            told = sentence(function, where, rule, "a zero matrix", "--method svd, or a recipe that leaves it")
        raise ValueError(told) from None


def _dtype(name: str) -> np.dtype[Any]:
    if name == "bfloat16":
        import ml_dtypes

        half: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return half
    try:
        return np.dtype(name)
    except TypeError:
        rule = "be of a dtype that is put back by its value"
        raise ValueError(sentence("fire-ref reinit", "a tensor", rule, name, "leaving it out")) from None
