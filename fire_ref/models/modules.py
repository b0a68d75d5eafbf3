"""The tensors of a live torch module, with the kind of layer that holds each."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from ..arrays import dtype_name, storage
from ..checkpoints import Stored

#: The kinds of layer that recipes speak of; a subclass counts as its parent, as it does for isinstance.
KINDS = ("Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Embedding")


def is_module(value: object) -> bool:
    """Say whether `value` is a torch module; torch is not imported for that."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def module_tensors(module: Any) -> list[Stored]:
    """
    List what a module's state_dict holds.

    Parameters
    ----------
    module : torch.nn.Module
        Not modified.

    Returns
    -------
    list of Stored
        In the order of the state_dict; what is no tensor has its trouble.
    """
    owners = _owners(module)
    own = "a buffer or a parameter of its own"
    return [live(name, value, owners.get(name, own)) for name, value in module.state_dict().items()]


def live(name: str, value: Any, owner: str | None = None) -> Stored:
    """
    Describe an array in memory.

    Parameters
    ----------
    name : str
        As the network calls it.
    value : object
        What it is; no array, or one without values, has its trouble.
    owner : str, optional
        What holds it.

    Returns
    -------
    Stored
    """
    read = partial(_same, value)
    try:
        shape, dtype = tuple(int(n) for n in value.shape), dtype_name(value.dtype)
    except AttributeError:
        return Stored(name, (), "none", read, owner=owner, trouble=f"{type(value).__name__}, no array")
    except RuntimeError:  # torch's lazy layers
        return Stored(name, (), "none", read, owner=owner, trouble="no values yet: call the module once")
    return Stored(name, shape, dtype, read, storage(value), owner)


def _same(value: Any) -> Any:
    return value


def _owners(module: Any) -> dict[str, str]:
    found = {}
    for path, layer in module.named_modules(remove_duplicate=False):
        kind = _kind(layer)
        for name, _ in layer.named_parameters(recurse=False, remove_duplicate=False):
            found[f"{path}.{name}" if path else name] = kind if name == "weight" else f"{type(layer).__name__}.{name}"
    return found


def _kind(layer: Any) -> str:
    nn = sys.modules["torch"].nn
    scripted = getattr(layer, "original_name", None)  # TorchScript keeps the name of the class, not the class
    return next((kind for kind in KINDS if isinstance(layer, getattr(nn, kind))), scripted or type(layer).__name__)
