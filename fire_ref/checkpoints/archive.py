"""An .npz archive: the headers read at once, each array when it is wanted, nothing ever unpickled."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .faults import no_numbers, refuse, size_of
from .npy import Described, described
from .stored import Stored

KIND = "a whole .npz archive"
#: How far an archive may unfold: so many times its size, or so many bytes. Trained weights reach 1.1 times.
UNFOLD, ALLOWANCE = 20, 1 << 24
#: Bytes asked for at once.
BLOCK = 1 << 24
#: Bytes of a member's local header before its name.
LOCAL = 30
#: What the reader of zip files raises on a file that is none.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    KeyError,
    IndexError,
    TypeError,
)


def arrays(function: str, path: Path) -> list[Stored]:
    """
    List the arrays of an .npz archive.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        As `numpy.savez` and `numpy.savez_compressed` write them.

    Returns
    -------
    list of Stored
        In the archive's order; Python objects and structures are listed with what is wrong with them.

    Raises
    ------
    ValueError
        It is no such archive, or not a whole one.
    """
    size = size_of(function, path)
    try:
        archive = zipfile.ZipFile(path)
        members = [info for info in archive.infolist() if not info.is_dir()]
        _require_honest(members, archive.start_dir, size)
        return [_member(function, path, archive, info) for info in members]
    except BROKEN as error:
        refuse(function, path, KIND, str(error) or type(error).__name__)


def _require_honest(members: Sequence[zipfile.ZipInfo], end: int, size: int) -> None:
    """
    Refuse names that stand twice, members that share bytes, and more unfolded than such a file holds.

    Raises
    ------
    ValueError
        See above.
    """
    seen: set[str] = set()
    for info in members:
        name = _name(info)
        if name in seen:
            raise ValueError(f"the name {name!r} twice")
        seen.add(name)
        if info.flag_bits & 1:
            raise ValueError(f"{name!r} encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name!r} compressed in an unusual way")
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            raise ValueError(f"{name!r} of two sizes, {info.compress_size} and {info.file_size}")
    for info in sorted(members, key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + LOCAL + info.compress_size > end:
            raise ValueError(f"{_name(info)!r} reaching into what follows it")
        end = info.header_offset
    unfolded = sum(info.file_size for info in members)
    if unfolded > max(UNFOLD * size, ALLOWANCE):
        raise ValueError(f"{size} bytes unfolding to {unfolded}, which numpy.savez would store as they are")


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.removesuffix(".npy")


def _member(function: str, path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Stored:
    name = _name(info)
    if not info.filename.endswith(".npy"):
        return _unreadable(function, path, name, (), "no array")
    with archive.open(info) as file:
        about = described(file)
        left = info.file_size - file.tell()
    if about.nbytes not in (None, left):
        told = "no numbers" if about.dtype is None else f"dtype {about.dtype.name}"
        raise ValueError(f"{name!r} of shape {about.shape} and {told} in {left} bytes")
    if about.dtype is None:
        return _unreadable(function, path, name, about.shape, about.trouble or "no numbers")
    read = partial(_read, function, path, archive, info, about, about.dtype)
    return Stored(name, about.shape, about.dtype.newbyteorder("=").name, read)


def _unreadable(function: str, path: Path, name: str, shape: tuple[int, ...], trouble: str) -> Stored:
    return Stored(name, shape, "none", partial(no_numbers, function, path, name, trouble), trouble=trouble)


def _read(
    function: str,
    path: Path,
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    about: Described,
    dtype: np.dtype[Any],
) -> np.ndarray[Any, np.dtype[Any]]:
    try:
        with archive.open(info) as file:
            if described(file) != about:
                raise ValueError(f"{info.filename!r} changed while it was read")
            flat = np.empty(info.file_size - file.tell(), dtype=np.uint8)
            done = 0
            while part := file.read(BLOCK):  # to the very end, where the checksum is compared
                flat[done : done + len(part)] = np.frombuffer(part, dtype=np.uint8)
                done += len(part)
            if done != len(flat):
                raise EOFError(f"{info.filename!r} ended while it was read")
    except BROKEN as error:
        refuse(function, path, KIND, str(error) or type(error).__name__)
    array = flat.view(dtype).reshape(about.shape, order="F" if about.fortran else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)
