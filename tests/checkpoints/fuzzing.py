"""Broken files without end: each is made from a valid one, the same on every run, and must be survived."""

from __future__ import annotations

import re
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

import ml_dtypes  # read with bfloat16: loaded here, so that the memory of loading it is not the file's
import numpy as np

from fire_ref.arrays import FLOATS
from fire_ref.checkpoints import Stored, open_checkpoint

from .builders import limited, said

SIZES = {"bfloat16": np.dtype(ml_dtypes.bfloat16).itemsize}
NUMBERS = [0, 1, 2, 3, 7, 255, 2**31, 2**32, 2**40, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**19, 10**30]
WORDS = [
    *map(str, NUMBERS),
    "-1",
    "1.0",
    "1e9",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "[[",
    "}}",
    ",",
    '"',
    "\\",
    "\\u0061",
]
#: How much memory a file may cost: 1 MB, which the interpreter and its parsers take for the smallest file (syntax
#: trees, zlib's window, buffers, the text of an error); and 8 times the file, which is the text twice (as it is read,
#: and as bytes), its largest string as a token, as text and inside a message, and an array twice beside its part.
FIXED, TIMES = 1_000_000, 8


def mutated(valid: bytes, random: Random) -> bytes:
    """Return a copy that is damaged in one to three places, in one as a rule."""
    raw = valid
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        raw = random.choice(DAMAGES)(raw, random)
    return raw


def _flip(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) or 1)
    return raw[:at] + bytes([random.randrange(256)]) + raw[at + 1 :]


def _flip_bit(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) or 1)
    return raw[:at] + bytes([byte ^ 1 << random.randrange(8) for byte in raw[at : at + 1]]) + raw[at + 1 :]


def _cut(raw: bytes, random: Random) -> bytes:
    return raw[: random.randrange(len(raw) + 1)]


def _insert(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.choice([random.randbytes(3), random.choice(WORDS).encode()]) + raw[at:]


def _number(raw: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"[0-9]+", raw))
    if not found:
        return raw
    start, end = random.choice(found).span()
    return raw[:start] + random.choice(WORDS).encode() + raw[end:]


def _binary(raw: bytes, random: Random) -> bytes:
    at, width = random.randrange(len(raw) or 1), random.choice([2, 4, 8])
    number = random.choice(NUMBERS) % 256**width
    return raw[:at] + number.to_bytes(width, "little") + raw[at + width :]


def _double(raw: bytes, random: Random) -> bytes:
    start = random.randrange(len(raw) or 1)
    part = raw[start : start + random.choice([1, 8, 60])]
    at = random.choice([start, random.randrange(len(raw) or 1)])
    return raw[:at] + part + raw[at:]


def _lose(raw: bytes, random: Random) -> bytes:
    start = random.randrange(len(raw) or 1)
    return raw[:start] + raw[start + random.choice([1, 8, 60]) :]


DAMAGES: list[Callable[[bytes, Random], bytes]] = [_flip, _flip_bit, _cut, _insert, _number, _binary, _double, _lose]


def survived(path: Path, files: Iterable[bytes], others: int = 0) -> Counter[str]:
    """
    List and read every file, under one name.

    Parameters
    ----------
    path : Path
        The name.
    files : iterable of bytes
        What it holds in turn.
    others : int
        Bytes of the files that it refers to.

    Returns
    -------
    Counter
        In how many files something was "listed", "refused", "read", "unreadable" or held "no floats".

    Raises
    ------
    AssertionError
        A file raised something else, was read as something else, or cost too much; with the file.
    """
    counts: Counter[str] = Counter()
    with limited(120):
        for number, raw in enumerate(_warm(files)):
            path.unlink(missing_ok=True)  # some file systems wait for the disk where a file is overwritten
            path.write_bytes(raw)
            tracemalloc.start()
            try:
                outcomes = Counter(_outcomes(path))
                most = tracemalloc.get_traced_memory()[1]
            except Exception as error:
                raise AssertionError(f"file {number}, {raw!r}") from error
            finally:
                tracemalloc.stop()
            assert most <= FIXED + TIMES * (len(raw) + others), f"{most} bytes for file {number}, {raw!r}"
            counts += Counter(list(outcomes))
    return counts


def _warm(files: Iterable[bytes]) -> Iterator[bytes]:
    # Nothing that is loaded once, with the first file, may count as that file's memory.
    yield b""
    yield from files


def _outcomes(path: Path) -> Iterator[str]:
    try:
        found = open_checkpoint("audit", path)
    except (ValueError, OSError) as error:
        said(error, path.parent.name)
        yield "refused"
        return
    yield "listed"
    for stored in found:
        yield _outcome(path, stored)


def _outcome(path: Path, stored: Stored) -> str:
    try:
        array = stored.read()
    except TypeError as error:
        said(error, path.name)
        assert stored.trouble or stored.dtype not in FLOATS
        return "no floats"
    except (ValueError, OSError) as error:  # the checksum of an archive's member
        said(error, path.name)
        assert path.suffix == ".npz"
        return "unreadable"
    itemsize = SIZES.get(stored.dtype) or np.dtype(stored.dtype).itemsize
    assert array.shape == stored.shape
    assert array.nbytes == stored.size * itemsize
    assert array.dtype.name == stored.dtype
    return "read"
