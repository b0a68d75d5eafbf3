"""Targets that take a torch module: the values become its weight, and the rest of it must stay as it was."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import sentence
from .answers import to_host
from .libraries import to_library
from .outcome import Raw, Setup

#: Adapter -> dimensions of its weight.
ADAPTERS = {"linear": 2, "conv2d": 4}


def fitting(setup: Setup) -> None:
    """
    Refuse an adapter that is unknown or not for the array library.

    Parameters
    ----------
    setup : Setup
        What is asked for.

    Raises
    ------
    ValueError
        `setup.adapter` is none of `ADAPTERS`, or `setup.arrays` is not "torch".
    """
    if setup.adapter is None:
        return
    if setup.adapter not in ADAPTERS:
        rule = f"be {' or '.join(map(repr, ADAPTERS))}"
        raise ValueError(sentence("verify", "adapter", rule, repr(setup.adapter), "adapter=None"))
    if setup.arrays != "torch":
        got = f"{setup.adapter!r} with arrays={setup.arrays!r}"
        raise ValueError(sentence("verify", "adapter", "be used with torch", got, "arrays='torch'"))


def module(adapter: str, values: Raw, form: str = "plain", device: str | None = None) -> Any:
    """
    Make a torch module that holds values as its weight.

    Parameters
    ----------
    adapter : str
        One of `ADAPTERS`.
    values : ndarray
        Out x in for "linear"; out x in x height x width for "conv2d".
    form : str
        One of `FORMS`, for the weight.
    device : str, optional
        Where all of it is to lie, as `Setup.device`.

    Returns
    -------
    torch.nn.Module
        With a bias that is nowhere zero.

    Raises
    ------
    ValueError
        The values have another number of dimensions.
    """
    if values.ndim != ADAPTERS[adapter]:
        rule = f"have {ADAPTERS[adapter]} dimensions for {adapter!r}"
        raise ValueError(sentence("verify", "case", rule, f"shape {values.shape}", "another adapter"))
    nn = importlib.import_module("torch.nn")
    out, into, *kernel = values.shape
    weight = to_library(values, "torch", form, device)
    kind, sizes = (nn.Linear, {}) if adapter == "linear" else (nn.Conv2d, {"kernel_size": tuple(kernel)})
    # Not initialised: that would draw from the random state that the target is watched for.
    made = nn.utils.skip_init(kind, into, out, **sizes, dtype=weight.dtype, device=weight.device)
    made.weight = nn.Parameter(weight)
    made.bias.data.copy_(to_library(np.linspace(0.5, 1.5, out), "torch"))
    return made


def weight(of: Any) -> Array:
    """
    Return the weight of a module.

    Parameters
    ----------
    of : torch.nn.Module
        Given to the target, or returned by it.

    Returns
    -------
    torch.Tensor

    Raises
    ------
    LookupError
        It has none.
    """
    found = getattr(of, "weight", None)
    if found is None:
        got = f"a {type(of).__name__} without one"
        raise LookupError(sentence("verify", "target", "return a module with a weight", got, "returning the weight's"))
    return found


def holder(returned: object, given: Any) -> Any:
    """Return the module that holds the answer: the one that was returned, or else the one that was given."""
    return returned if isinstance(returned, importlib.import_module("torch").nn.Module) else given


def rest(of: Any) -> dict[str, bytes]:
    """Return everything of a module but its weight, byte by byte."""
    tensors = [*of.named_parameters(), *of.named_buffers()]
    own = {name: to_host(tensor).values for name, tensor in tensors if not _is_weight(name)}
    return {name: b"" if values is None else values.tobytes() for name, values in own.items()}


def _is_weight(name: str) -> bool:
    return name == "weight" or name.startswith("parametrizations.weight.")


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> tuple[str, ...]:
    """Name what differs between two results of `rest`, or is in only one."""
    return tuple(sorted(name for name in before | after if before.get(name) != after.get(name)))
