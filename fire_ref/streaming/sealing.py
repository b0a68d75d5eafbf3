"""Parts on disk for good: flushed, summed, and only then renamed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .writing import BLOCK, unwritable


def settle(function: str, path: Path) -> tuple[int, str]:
    """
    Flush a file to disk, and read it back.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.

    Returns
    -------
    size : int
    digest : str
        SHA-256 of its bytes.
    """
    try:
        with path.open("rb+", buffering=0) as file:
            os.fsync(file.fileno())
    except OSError as error:
        unwritable(function, path, error)
    return path.stat().st_size, checksum(path)


def checksum(path: Path) -> str:
    """
    Return the SHA-256 of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
    """
    found = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def rename(function: str, part: Path, final: Path) -> None:
    """
    Give a finished file its name, and make sure that the folder remembers it.

    Parameters
    ----------
    function : str
        Who asks.
    part, final : Path
        From and to, on one file system.
    """
    try:
        part.replace(final)
        flush(final.parent)
    except OSError as error:
        unwritable(function, final, error)


def flush(folder: Path) -> None:
    """
    Put a folder's entries on disk, where the system can.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    if os.name != "posix":
        return  # a folder cannot be opened
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
