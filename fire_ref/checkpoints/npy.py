"""
The header of an .npy array, read without NumPy's own reader.

NumPy builds whatever dtype a header spells, of which some end the process; here a header is taken apart first, and
only dtypes of numbers are ever built.
"""

from __future__ import annotations

import ast
import re
import struct
import warnings
from math import prod
from typing import IO, Any, NamedTuple

import numpy as np

#: NumPy's own limit for a header that it is to trust.
LONGEST = 10_000
#: NumPy's limit for axes.
AXES = 64
MAGIC = b"\x93NUMPY"
OBJECTS = "Python objects, which would have to be unpickled"
_NUMBER = re.compile(r"[<>|=]?(b1|[iu][1248]|f2|f4|f8|f12|f16|c8|c16|c24|c32)")
# ml_dtypes' float8 and complex halves are f1 and W4 to NumPy.
_OTHER = re.compile(r"[<>|=]?(?P<kind>[OSUVaMmT]|f(?=1$)|W(?=4$))(?P<size>[0-9]{0,10})(\[[0-9A-Za-z/ ]{0,16}\])?")


class Described(NamedTuple):
    """An array as its header describes it: no dtype where it holds no numbers, and then why."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any] | None
    itemsize: int | None
    trouble: str | None

    @property
    def nbytes(self) -> int | None:
        """Bytes that follow the header; None for pickled objects, which may be any number."""
        return None if self.itemsize is None else prod(self.shape) * self.itemsize


def described(file: IO[bytes]) -> Described:
    """
    Read a header and leave the file at the first byte of data.

    Parameters
    ----------
    file : binary file
        At the start of an .npy file.

    Returns
    -------
    Described

    Raises
    ------
    ValueError
        It is no such header.
    """
    start = file.read(8)
    if start[:6] != MAGIC or len(start) < 8:
        raise ValueError("no .npy array (the magic bytes are missing)")
    wide = start[6] in (2, 3)
    if start[6] not in (1, 2, 3) or start[7]:
        raise ValueError(f"npy format {start[6]}.{start[7]}")
    length = struct.unpack("<I" if wide else "<H", file.read(4 if wide else 2))[0]
    if length > LONGEST:
        raise ValueError(f"an npy header of {length} bytes, where {LONGEST} are trusted")
    text = file.read(length)
    if len(text) < length:
        raise ValueError("half an npy header")
    return _understood(text.decode("utf-8" if start[6] == 3 else "latin1"))


def _understood(text: str) -> Described:
    try:
        with warnings.catch_warnings(action="ignore"):  # the compiler's, about the spelling
            found = ast.literal_eval(text.strip(" \n"))
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        raise ValueError("an npy header that is no dictionary") from None
    if not isinstance(found, dict) or found.keys() != {"descr", "fortran_order", "shape"}:
        raise ValueError("an npy header without descr, fortran_order and shape, or with more")
    shape, fortran, descr = found["shape"], found["fortran_order"], found["descr"]
    if type(fortran) is not bool:
        raise ValueError("an npy header whose fortran_order is neither True nor False")
    _require_shape(shape)
    if isinstance(descr, str) and _NUMBER.fullmatch(descr):
        dtype = np.dtype(descr)
        _require_shape(shape, dtype.itemsize)
        return Described(shape, fortran, dtype, dtype.itemsize, None)
    size = _itemsize(descr)
    if size is None:
        return Described(shape, fortran, None, None, OBJECTS)
    name = f"dtype {descr}" if isinstance(descr, str) else "structure"
    trouble = f"NumPy's {name}, which holds no numbers"
    trouble += " (bfloat16 loses its name in .npz: save it as safetensors)" if descr in ("|V2", "<V2") else ""
    return Described(shape, fortran, None, size, trouble)


def _require_shape(shape: object, itemsize: int = 1) -> None:
    fits = isinstance(shape, tuple) and len(shape) <= AXES and all(type(n) is int and n >= 0 for n in shape)
    # A zero hides what the other axes claim; NumPy would multiply them all the same.
    if not fits or itemsize * prod(max(n, 1) for n in shape) >= 2**63:  # type: ignore[attr-defined] # a tuple, or not reached
        raise ValueError("an npy header whose shape is no tuple of sizes")


def _itemsize(descr: object) -> int | None:
    """
    Return the bytes of one entry of what is no number: text, dates, structures; None for Python objects.

    Raises
    ------
    ValueError
        It is no dtype at all.
    """
    if isinstance(descr, str):
        return _size_of_text(descr)
    if isinstance(descr, tuple) and len(descr) == 2:
        _require_shape(descr[1])
        inner = _itemsize(descr[0])
        return None if inner is None else inner * prod(descr[1])
    if isinstance(descr, list):
        fields = [_itemsize(_field(entry)) for entry in descr]
        return None if None in fields else sum(size for size in fields if size is not None)
    raise ValueError("an npy header whose descr is no dtype")


def _field(entry: object) -> object:
    if isinstance(entry, tuple) and len(entry) in (2, 3):
        return entry[1] if len(entry) == 2 else (entry[1], entry[2])
    raise ValueError("an npy header whose descr is no dtype")


def _size_of_text(descr: str) -> int | None:
    if _NUMBER.fullmatch(descr):
        return np.dtype(descr).itemsize
    found = _OTHER.fullmatch(descr)
    if found is None:
        raise ValueError("an npy header whose descr is no dtype")
    kind, size = found["kind"], int(found["size"] or 0)
    if kind == "O":
        return None
    return {"U": 4 * size, "M": 8, "m": 8, "T": 16}.get(kind, size)
