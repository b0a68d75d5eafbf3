"""Which reader a checkpoint needs, by its name."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import sentence
from .archive import arrays
from .faults import size_of
from .shards import sharded
from .stored import Stored
from .tensorfile import tensors

#: Formats that hold pickles, or need the library that wrote them.
FOREIGN = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib", ".h5", ".keras", ".onnx", ".gguf", ".msgpack")


def open_checkpoint(function: str, path: str | os.PathLike[str]) -> list[Stored]:
    """
    List the tensors of a checkpoint; their values are read one by one, later.

    Parameters
    ----------
    function : str
        Who asks.
    path : path
        ``.safetensors``, ``.safetensors.index.json`` or ``.npz``.

    Returns
    -------
    list of Stored

    Raises
    ------
    ValueError
        It is of another kind, or not what its name says.
    OSError
        It is missing, a folder, or may not be read.
    """
    if not os.fspath(path):
        raise ValueError(sentence(function, "checkpoint", "be a path", "''", "model.safetensors"))
    path = Path(path)
    lower = path.name.lower()
    if lower.endswith(".safetensors"):
        return tensors(function, path)
    if lower.endswith(".json"):
        return sharded(function, path)
    if lower.endswith(".npz"):
        return arrays(function, path)
    size_of(function, path)  # a folder, or nothing at all, has a clearer reason
    advice = "saving it as safetensors"
    if lower.endswith(FOREIGN):
        advice += " with the library that wrote it: nothing here is ever unpickled"
    rule = "end in .safetensors, .safetensors.index.json or .npz"
    raise ValueError(sentence(function, "checkpoint", rule, repr(str(path)), advice))
