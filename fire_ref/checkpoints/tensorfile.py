"""One safetensors file: the header read at once, each tensor when it is wanted."""

from __future__ import annotations

import struct
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..arrays import FLOATS
from ..errors import sentence
from .faults import AGAIN, no_numbers, refuse, size_of
from .header import LONGEST, Place, places
from .stored import Stored

KIND = "a whole safetensors file"
#: Bytes asked of the system at once.
BLOCK = 1 << 24


class Head(NamedTuple):
    """What a file says before its tensors: its size, the first byte of data, and where each tensor lies from there."""

    size: int
    base: int
    places: list[Place]


def tensors(function: str, path: Path) -> list[Stored]:
    """
    List the tensors of a safetensors file.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file. Nothing of it is kept open, and nothing mapped into memory.

    Returns
    -------
    list of Stored
        In the order in which they lie in the file.

    Raises
    ------
    ValueError
        It is no safetensors file, or not a whole one.
    """
    found = head(function, path)
    return [stored(function, path, found, place) for place in found.places]


def head(function: str, path: Path) -> Head:
    """
    Read what stands before the tensors.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        A safetensors file.

    Returns
    -------
    Head

    Raises
    ------
    ValueError
        It is no safetensors file, or not a whole one.
    """
    size = size_of(function, path)
    with path.open("rb", buffering=0) as file:
        start = _bytes(function, path, file, 0, min(8, size))
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if start.startswith(b"version "):
            refuse(function, path, KIND, "the pointer that Git LFS left in its place", "git lfs pull")
        if not 2 <= length <= size - 8:
            got = f"{size} bytes, the first eight of which claim a header of {length}"
            refuse(function, path, KIND, got)
        if length > LONGEST:
            refuse(function, path, KIND, f"a header of {length} bytes, where {LONGEST} is the format's limit")
        text = _bytes(function, path, file, 8, length)
    try:
        found = places(text, size - 8 - length)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        refuse(function, path, KIND, error)
    return Head(size, 8 + length, found)


def stored(function: str, path: Path, found: Head, place: Place) -> Stored:
    """Return one tensor of a file, to be read later, in another process too."""
    read = partial(_read, function, path, found.size, found.base, place)
    raw = partial(_raw, function, path, found.size, found.base, place)
    return Stored(place.name, place.shape, place.dtype, read, raw=raw)


def _raw(function: str, path: Path, size: int, base: int, place: Place) -> np.ndarray[Any, np.dtype[np.uint8]]:
    _require_same(function, path, size)
    content = np.empty(place.end - place.begin, dtype=np.uint8)
    with path.open("rb", buffering=0) as file:
        file.seek(base + place.begin)
        _fill(function, path, file, content.data)
    return content


def _require_same(function: str, path: Path, size: int) -> None:
    if size_of(function, path) != size:
        refuse(function, path, "left alone while it is read", "another size than before")


def _read(function: str, path: Path, size: int, base: int, place: Place) -> np.ndarray[Any, np.dtype[Any]]:
    if place.dtype not in FLOATS:
        no_numbers(function, path, place.name, f"dtype {place.dtype}")
    _require_same(function, path, size)
    array = np.empty(place.shape, dtype=_dtype(place.dtype))
    with path.open("rb", buffering=0) as file:
        file.seek(base + place.begin)
        _fill(function, path, file, array.reshape(-1).view(np.uint8).data)
    return array


def _dtype(name: str) -> np.dtype[Any]:
    if name == "bfloat16":
        import ml_dtypes

        half: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return half
    return np.dtype({"float16": "<f2", "float32": "<f4", "float64": "<f8"}[name])


def _bytes(function: str, path: Path, file: Any, begin: int, length: int) -> bytes:
    buffer = bytearray(length)
    file.seek(begin)
    _fill(function, path, file, memoryview(buffer))
    return bytes(buffer)


def _fill(function: str, path: Path, file: Any, view: memoryview) -> None:
    # Unbuffered, from a place of its own: what pread does, on every system. One call may return less than asked.
    done = 0
    while done < len(view):
        count = file.readinto(view[done : done + BLOCK])
        if not count:
            got = "a file that ended while it was read"
            raise OSError(sentence(function, str(path), "be left alone meanwhile", got, AGAIN))
        done += count
