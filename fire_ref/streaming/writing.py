"""Bytes and arrays into files that exist, in pieces; and what is said where a folder takes no more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ..errors import sentence
from .orders import Target

#: Bytes moved at once.
BLOCK = 1 << 24
ADVICE = "making room for it, then the same command again, which goes on where it stopped"


def write_array(function: str, array: np.ndarray[Any, np.dtype[Any]], target: Target, *, shared: bool) -> None:
    """
    Write the numbers of an array where they belong, as that file spells them.

    Parameters
    ----------
    function : str
        Who asks.
    array : array
        On the host.
    target : Target
        Where, in which order and spelling.
    shared : bool
        Whether other machines look at it next.
    """
    with writable(function, target.path) as out:
        at = target.offset
        for view in _spelled(array.T if target.fortran else array, target.dtype):
            write_at(function, target.path, out, at, view)
            at += len(view)
        if shared:
            flush_file(function, target.path, out)


def _spelled(array: np.ndarray[Any, np.dtype[Any]], dtype: str) -> Iterator[memoryview]:
    """Yield the bytes of an array, first axis first, in pieces of about a block."""
    spelled = np.dtype(dtype) if dtype else array.dtype
    for part in parts(array):
        yield np.ascontiguousarray(part, dtype=spelled).reshape(-1).view(np.uint8).data


def parts(array: np.ndarray[Any, np.dtype[Any]]) -> Iterator[np.ndarray[Any, np.dtype[Any]]]:
    """
    Cut an array along its first axis, a block of bytes at a time where its rows are shorter.

    Parameters
    ----------
    array : array
        Of any order; one that lies in a row is cut anywhere.

    Yields
    ------
    array
        A view.
    """
    if array.size == 0:
        return
    if array.flags.c_contiguous:
        array = array.reshape(-1)
    rows = max(1, BLOCK // max(1, array[:1].nbytes))
    for i in range(0, len(array), rows):
        yield array[i : i + rows]


def writable(function: str, path: Path) -> Any:
    """
    Open an existing file to write into, never to read: so several machines may write to one.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.

    Returns
    -------
    file
        Unbuffered.
    """
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0)), "wb", buffering=0)
    except OSError as error:
        unwritable(function, path, error)


def write_at(function: str, path: Path, file: Any, at: int, view: memoryview) -> None:
    """
    Write all of a buffer at a place of a file.

    Parameters
    ----------
    function : str
        Who asks.
    path, file : Path, file
        From `writable`.
    at : int
        The first byte.
    view : memoryview
        What to write.
    """
    try:
        file.seek(at)
        done = 0
        while done < len(view):
            done += file.write(view[done:])
    except OSError as error:
        unwritable(function, path, error)


def flush_file(function: str, path: Path, out: Any) -> None:
    """
    Put what was written on disk.

    Parameters
    ----------
    function : str
        Who asks.
    path, out : Path, file
        From `writable`.
    """
    try:
        os.fsync(out.fileno())
    except OSError as error:
        unwritable(function, path, error)


def unwritable(function: str, path: Path, error: OSError) -> NoReturn:
    """
    Say that a file cannot be written.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.
    error : OSError
        What the system said.

    Raises
    ------
    OSError
        Always.
    """
    raise OSError(
        sentence(function, f"the folder {path.parent}", "take what is written", error.strerror, ADVICE)
    ) from None
