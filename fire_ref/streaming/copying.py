"""Bytes from file to file, a block at a time: nothing mapped, nothing larger than a block in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..checkpoints.faults import AGAIN
from ..errors import sentence
from .orders import Fill
from .writing import BLOCK, flush_file, unwritable, writable, write_at


def begin(function: str, source: Path, part: Path, base: int, size: int) -> None:
    """
    Make an unfinished file: the input's header, and room for the rest.

    Parameters
    ----------
    function : str
        Who asks.
    source, part : Path
        The input, and the file to make.
    base, size : int
        Bytes of the header, and of the whole.

    Raises
    ------
    OSError
        It cannot be made.
    """
    try:
        with part.open("wb", buffering=0) as file:
            os.truncate(file.fileno(), size)
    except OSError as error:
        unwritable(function, part, error)
    copy(function, source, part, ((0, base),), shared=True)


def fill(function: str, order: Fill) -> None:
    """
    Copy what is not computed.

    Parameters
    ----------
    function : str
        Who asks.
    order : Fill
        What and where.
    """
    copy(function, order.source, order.part, order.ranges, shared=order.shared)


def copy(
    function: str, source: Path, part: Path, ranges: tuple[tuple[int, int], ...], *, shared: bool, shift: int = 0
) -> None:
    """
    Copy ranges of bytes to another file.

    Parameters
    ----------
    function : str
        Who asks.
    source, part : Path
        From and to; both exist.
    ranges : tuple of (int, int)
        First byte, and the one after the last.
    shared : bool
        Whether other machines look at it next.
    shift : int
        How much further on they go.
    """
    buffer = memoryview(bytearray(min(BLOCK, max((end - begin for begin, end in ranges), default=0))))
    with source.open("rb", buffering=0) as file, writable(function, part) as out:
        for begin, end in ranges:
            for at in range(begin, end, BLOCK):
                view = buffer[: min(BLOCK, end - at)]
                read_into(function, source, file, at, view)
                write_at(function, part, out, at + shift, view)
        if shared:
            flush_file(function, part, out)


def same(function: str, first: tuple[Path, int], second: tuple[Path, int], length: int) -> bool:
    """
    Compare bytes of two files, or of two places of one.

    Parameters
    ----------
    function : str
        Who asks.
    first, second : (Path, int)
        Where they begin.
    length : int
        How many.

    Returns
    -------
    bool
    """
    with first[0].open("rb", buffering=0) as one, second[0].open("rb", buffering=0) as other:
        buffers = [memoryview(bytearray(min(BLOCK, length))) for _ in range(2)]
        for at in range(0, length, BLOCK):
            views = [buffer[: min(BLOCK, length - at)] for buffer in buffers]
            read_into(function, first[0], one, first[1] + at, views[0])
            read_into(function, second[0], other, second[1] + at, views[1])
            if views[0] != views[1]:
                return False
    return True


def read_into(function: str, path: Path, file: Any, at: int, view: memoryview) -> None:
    """
    Fill a buffer from a place of a file.

    Parameters
    ----------
    function : str
        Who asks.
    path, file : Path, file
        An unbuffered one.
    at : int
        The first byte.
    view : memoryview
        To be filled.

    Raises
    ------
    OSError
        The file ends before.
    """
    file.seek(at)
    done = 0
    while done < len(view):
        count = file.readinto(view[done:])
        if not count:
            got = "a file that ended while it was read"
            raise OSError(sentence(function, str(path), "be left alone meanwhile", got, AGAIN))
        done += count
