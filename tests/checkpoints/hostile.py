"""Archives that are none, or that would take more memory than they have bytes; and headers of arrays that are none."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from .builders import deflated, forged, npy, zipped

ONE = npy("<f8", (2,), bytes(16))

#: Members that claim a billion entries of no bytes, or of Python objects.
GIANTS: dict[str, Callable[[], bytes]] = {
    "of objects": lambda: npy("|O", (10**9,)),
    "of text without letters": lambda: npy("<U0", (10**9,)),
    "of bytes without bytes": lambda: npy("|S0", (10**9,)),
    "of nothing": lambda: npy("|V0", (10**9,)),
    "of no fields": lambda: npy([], (10**9,)),
    "of empty arrays": lambda: npy(("<f8", (0,)), (10**9,)),
    "of arrays": lambda: npy(("<f8", (3,)), (2,), bytes(48)),
}


def with_flags(raw: bytes, flags: int) -> bytes:
    """Return an archive of one member whose flags say so: 1 encrypted, 32 patched, 64 encrypted strongly."""
    central = raw.rindex(b"PK\1\2")
    return raw[:6] + bytes([flags]) + raw[7 : central + 8] + bytes([flags]) + raw[central + 9 :]


def cut(shape: object, data: bytes = b"", descr: object = "<f8") -> bytes:
    """Return an archive of one array, whose data need not fit its shape."""
    return zipped([("a.npy", npy(descr, shape, data))])


def packed(members: dict[str, bytes]) -> bytes:
    """Return a compressed archive."""
    return zipped(members.items(), zipfile.ZIP_DEFLATED)


def nested() -> bytes:
    """Return an archive of two members, one of which is part of the other's data."""
    inner = zipped([("b.npy", npy("|u1", (3000,), bytes(3000)))])
    local, central = inner[: inner.rindex(b"PK\1\2")], bytearray(inner[inner.rindex(b"PK\1\2") :].split(b"PK\5\6")[0])
    outer = zipped([("a.npy", npy("|u1", (len(local),), local))])
    start = outer.rindex(b"PK\1\2")
    first, end = outer[start:].split(b"PK\5\6")
    central[42:46] = outer.index(local).to_bytes(4, "little")
    size = (len(first) + len(central)).to_bytes(4, "little")
    return outer[:start] + first + central + b"PK\5\6" + end[:4] + bytes([2, 0, 2, 0]) + size + end[12:]


WHOLE = zipped([("a.npy", ONE), ("b.npy", ONE)])
PACKED = zipped([("a.npy", npy("<f8", (500,), np.random.default_rng(5).bytes(4000)))], zipfile.ZIP_DEFLATED)
#: 100 bytes of data, of the 5120 that its shape takes.
EARLY = npy("<f8", (640,), bytes(100))
BOMB = b"\x93NUMPY\2\0\xff\xff\xff\xff" + b" " * 60_000_000
ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"This was a text, and is renamed.\n", "not a zip file"),
    "three bytes": (lambda: b"abc", "not a zip file"),
    "the pointer of Git LFS": (lambda: b"version https://git-lfs.github.com/spec/v1\nsize 5\n", "not a zip file"),
    "one array": (lambda: ONE, "not a zip file"),
    "one byte short": (lambda: WHOLE[:-1], "."),
    "half": (lambda: WHOLE[: len(WHOLE) // 2], "not a zip file"),
    "without its start": (lambda: WHOLE[50:], "."),
    "the same name twice": (lambda: zipped([("a.npy", ONE), ("a.npy", ONE)]), "the name 'a' twice"),
    "one name in two ways": (lambda: zipped([("a.npy", ONE), ("a", ONE)]), "the name 'a' twice"),
    "a member that is no array": (lambda: zipped([("a.npy", b"hello, this is text")]), "magic"),
    "an empty member": (lambda: zipped([("a.npy", b"")]), "."),
    "a member of three bytes": (lambda: zipped([("a.npy", b"\x93NU")]), "."),
    "half a header": (lambda: zipped([("a.npy", ONE[:40])]), "."),
    "npy format 9": (lambda: zipped([("a.npy", b"\x93NUMPY\x09\0" + ONE[8:])]), "."),
    "npy format 1.1": (lambda: zipped([("a.npy", ONE[:7] + b"\1" + ONE[8:])]), "npy format 1.1"),
    "a header longer than its file": (lambda: zipped([("a.npy", npy("<f8", (0,), length=500))]), "half"),
    "lzma": (lambda: zipped([("a.npy", ONE)], zipfile.ZIP_LZMA), "'a' compressed in an unusual way"),
    "bz2": (lambda: zipped([("a.npy", ONE)], zipfile.ZIP_BZIP2), "'a' compressed in an unusual way"),
    "an unknown method": (lambda: forged(ONE, len(ONE), method=97), "'a' compressed in an unusual way"),
    "encrypted": (lambda: with_flags(PACKED, 1), "encrypted"),
    "strongly encrypted": (lambda: with_flags(PACKED, 65), "encrypt"),
    "patched": (lambda: with_flags(PACKED, 32), "."),
    "one byte short of data": (lambda: cut((2,), bytes(15)), "shape (2,) and dtype float64 in 15 bytes"),
    "one byte more of data": (lambda: cut((2,), bytes(17)), "shape (2,) and dtype float64 in 17 bytes"),
    "a giant": (lambda: cut((10**12,)), "shape (1000000000000,) and dtype float64 in 0 bytes"),
    "a product that wraps": (lambda: cut((2**32, 2**32)), "."),
    "a giant of structures": (lambda: cut((2**40,), b"", [("x", "f8")]), "."),
    "a giant beside a zero": (lambda: cut((2**70, 0)), "."),
    "two giants beside a zero": (lambda: cut((2**40, 2**40, 0)), "."),
    "a giant in bytes beside a zero": (lambda: cut((2**60, 0)), "."),
    "a negative size": (lambda: cut((-2,), bytes(16)), "."),
    "two negative sizes": (lambda: cut((-1, -2), bytes(16)), "."),
    "a negative size beside a zero": (lambda: cut((0, -1)), "."),
    "65 axes": (lambda: cut((1,) * 65, bytes(8)), "."),
    "a size that is no number": (lambda: cut(("2",), bytes(16)), "shape"),
    "a shape that is a list": (lambda: cut([2], bytes(16)), "shape"),
    "an unknown dtype": (lambda: cut((2,), bytes(16), "<f7"), "."),
    "an empty dtype": (lambda: cut((2,), bytes(16), ""), "."),
    "a dtype that clears the screen": (lambda: cut((2,), bytes(16), "f4,\x1b[2J"), "."),
    "a dtype of any text": (lambda: cut((2,), bytes(16), "__import__('os').getcwd()"), "."),
    "no bytes at all, compressed": (lambda: forged(b"", 144), "."),
    "a size past the end": (lambda: forged(ONE, 10**6, packed_size=10**6, method=zipfile.ZIP_STORED), "."),
    "data that ends early": (lambda: forged(deflated(EARLY), len(EARLY) + 5020, crc=zlib.crc32(EARLY)), "ended while"),
    "two sizes": (lambda: forged(ONE, len(ONE) - 1, method=zipfile.ZIP_STORED), "'a' of two sizes"),
    "a bomb": (lambda: packed({"a.npy": npy("<f8", (6_250_000,), bytes(50_000_000))}), "unfolding"),
    "a bomb of other members": (lambda: packed({"a.txt": bytes(50_000_000)}), "unfolding"),
    "a bomb that hides its size": (lambda: forged(deflated(BOMB), 100_000), "."),
    "many small bombs": (
        lambda: packed({f"{number}.npy": npy("|u1", (5_000_000,), bytes(5_000_000)) for number in range(8)}),
        "unfolding",
    ),
    "members that share their bytes": (nested, "."),
}  # fmt: skip


#: What stands in place of the dictionary that an .npy file starts with.
HEADERS = [
    "",
    "{",
    "{}",
    "[]",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }}",
    "{'descr': '''<f8', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': __import__('os').sep}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (0x" + "f" * 5000 + ",)}",
    f"{{'descr': '|O', 'fortran_order': False, 'shape': ({2**62}, {2**62})}}",
    "{[]: 1}",
    "\0",
    "\n  x\n y",
    *(sign * 4000 for sign in "([{-~\"'\\\n,"),
    "not " * 2000,
    "lambda:" * 1000 + "1",
    "+".join("1" * 4000),
    "**".join("9" * 2000),
    "1" + ".a" * 4000,
]
#: Dtypes as a file may spell them, sensible or not; %d is a number.
DESCRS = [
    "<f8",
    ">f%d",
    "<f%d",
    "|O",
    "<U%d",
    "|S%d",
    "|V%d",
    "<M8[D]",
    "<m8",
    "f4,i4",
    "(2,)f4",
    "(%d,)f4",
    "O8",
    "|b1",
]
DESCRS += ["<c16", "g", "?", "p", "P", "e", "a5", "q", "U", "V", "object", "str", "int", "bool", "f4:3", "M8[%d D]"]
SIZES = [0, 1, 2, 3, 2**31, 2**62, 2**63, 2**64, 10**30, -1, True]


def claim(random: Random) -> bytes:
    """Return an .npy file of some dtype and shape, with some data, few of which go together."""
    descr: Any = random.choice(DESCRS)
    if "%d" in descr:
        descr %= random.choice([0, 1, 2, 4, 8, 16, 10**6, 2**31 - 1, 2**31, 2**40, -1])
    if random.random() < 0.2:
        descr = [(random.choice(["a", "b", "", ("t", "a")]), descr) for _ in range(random.randrange(4))]
    elif random.random() < 0.2:
        descr = descr, random.choice([(2,), (0,), (2**31,), (2**20, 2**20), 2, -1, ()])
    shape = tuple(random.choice(SIZES) for _ in range(random.randrange(4)))
    data = bytes(random.choice([0, 8, 16, 24, 48]))
    return npy(descr, shape, data, fortran=random.random() < 0.3, version=random.choice([1, 2]))
