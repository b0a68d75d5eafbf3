"""The bytes of what an .npz archive holds beside numbers: text, dates, pickled objects; compared, never understood."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...checkpoints import Stored
from ...checkpoints.archive import BROKEN, KIND
from ...checkpoints.faults import refuse
from ...checkpoints.npy import described
from ..precision import Raw


def with_bytes(function: str, source: Any, found: list[Stored]) -> list[Stored]:
    """
    Let the entries of an archive that hold no numbers be compared by the bytes that are stored.

    Parameters
    ----------
    function : str
        Who asks.
    source : object
        What the entries were listed from; anything but the path of an .npz archive is left as it is.
    found : list of Stored
        The entries.

    Returns
    -------
    list of Stored
    """
    if not isinstance(source, (str, os.PathLike)) or not os.fspath(source).lower().endswith(".npz"):
        return found
    path = Path(source)
    return [
        replace(one, raw=partial(_bytes, function, path, one.name)) if one.dtype == "none" and one.raw is None else one
        for one in found
    ]


def _bytes(function: str, path: Path, name: str) -> Raw:
    """Return what follows the header of an array, or all of a member that is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
            if f"{name}.npy" not in inside:
                return np.frombuffer(archive.read(name), dtype=np.uint8)
            with archive.open(f"{name}.npy") as file:
                described(file)  # versions of NumPy pad headers differently
                return np.frombuffer(file.read(), dtype=np.uint8)
    except BROKEN as error:
        refuse(function, path, KIND, str(error) or type(error).__name__)
