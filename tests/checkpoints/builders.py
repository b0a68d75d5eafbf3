"""Checkpoint files made by hand, byte by byte, and how a test takes a refusal apart."""

from __future__ import annotations

import io
import json
import signal
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fire_ref.checkpoints import Stored, open_checkpoint

#: A tensor named a: one float32, which is all the data there is.
ONE = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'


def tensor(dtype: str, shape: Iterable[int], begin: int, end: int) -> dict[str, Any]:
    """Return what a header says of one tensor."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def framed(header: object, data: bytes = b"") -> bytes:
    """Return a safetensors file: the length of the header, the header (bytes, or what becomes JSON), the data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def npy(
    descr: object = "<f8",
    shape: object = (2,),
    data: bytes = b"",
    *,
    fortran: bool = False,
    header: str | None = None,
    version: int = 1,
    length: int | None = None,
) -> bytes:
    """Return an .npy file whose header says just this."""
    text = repr({"descr": descr, "fortran_order": fortran, "shape": shape}) if header is None else header
    size = struct.pack("<H" if version == 1 else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode("latin1") + data


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip archive; the same name may come twice."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)  # with the same date on every run
    return buffer.getvalue()


def deflated(content: bytes) -> bytes:
    """Return the content compressed as a zip archive's members are."""
    return zlib.compress(content, 9, wbits=-15)


def forged(packed: bytes, size: int, *, packed_size: int | None = None, method: int = 8, crc: int = 0) -> bytes:
    """Return a zip archive of one member, a.npy, with sizes, a method (8: deflated) and a checksum, true or not."""
    name, length = b"a.npy", len(packed) if packed_size is None else packed_size
    claims = struct.pack("<4H3I2H", 0, method, 0, 33, crc, length, size, len(name), 0)
    local = b"PK\3\4" + struct.pack("<H", 20) + claims + name + packed
    central = b"PK\1\2" + struct.pack("<2H", 20, 20) + claims + struct.pack("<3H2I", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(central), len(local), 0)


def put(folder: Path, name: str, raw: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(raw)
    return path


def listed(path: Path) -> dict[str, Stored]:
    """Return the tensors of a checkpoint by name, in its order."""
    return {stored.name: stored for stored in open_checkpoint("audit", path)}


def refused(path: Path, kind: type[Exception] = ValueError, named: str | None = None) -> str:
    """List a checkpoint and read all of it, which must fail; return what was said, checked for its form."""
    with limited(30), pytest.raises(kind) as caught:
        _ = [stored.read() for stored in open_checkpoint("audit", path)]
    return said(caught.value, path.name if named is None else named)


def said(error: BaseException, named: str) -> str:
    """Return an error's message, which must be one printable line with the function and the file."""
    text = str(error)
    assert text.isprintable(), repr(text)
    assert text.startswith("audit: "), repr(text)
    assert named in text, repr(text)
    assert error.__context__ is None or error.__suppress_context__, "another error would be shown above this one"
    return text


def peak(call: Callable[[], object]) -> int:
    """Return the most bytes that a call has allocated at once; NumPy's buffers count."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Turn a hang into a failure; generous, so that no slow machine is taken for one."""

    def fail(*_: object) -> None:
        raise AssertionError(f"still busy after {seconds} seconds")

    previous = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
