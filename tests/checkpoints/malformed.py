"""Safetensors headers and files that are none: what each says, how much data follows, what must be said of it."""

from __future__ import annotations

import struct
from collections.abc import Callable

from .builders import ONE, framed

#: Bytes of a large header.
LARGE = 5_000_000


def _with(old: str, new: str) -> str:
    assert ONE.count(old) == 1
    return "{" + ONE.replace(old, new) + "}"


def _after(begin: int, end: int) -> str:
    return "{" + ONE + f',"b":{{"dtype":"U8","shape":[{end - begin}],"data_offsets":[{begin},{end}]}}}}'


def _named(name: str) -> str:
    return "{" + ONE.replace("a", name, 1) + "}"


#: The safetensors library refuses these as well.
BOTH: dict[str, tuple[str | bytes, int, str]] = {
    "a list": (f"[{{{ONE}}}]", 4, "'{' expected"),
    "a number": ("12", 0, "'{' expected"),
    "no JSON": ("hello", 0, "'{' expected"),
    "single quotes": ("{" + ONE.replace('"', "'") + "}", 4, "a string expected"),
    "UTF-16": (f"{{{ONE}}}".encode("utf-16"), 4, "."),
    "a byte order mark": (b"\xef\xbb\xbf" + f"{{{ONE}}}".encode(), 4, "'{' expected"),
    "cut": (f"{{{ONE}", 4, "',' expected"),
    "a comma first": (f"{{,{ONE}}}", 4, "a string expected"),
    "a comma last": (f"{{{ONE},}}", 4, "a string expected"),
    "two headers": (f"{{{ONE}}}{{}}", 4, "more text"),
    "a zero byte after it": (f"{{{ONE}}}\0", 4, "more text"),
    "a comment": (f"{{{ONE}}}//", 4, "more text"),
    "open brackets": ("[" * 100_000, 0, "'{' expected"),
    "open brackets as metadata": ('{"__metadata__":' + "[" * 100_000, 0, "expected"),
    "open braces": ('{"a":' * 100_000, 0, "."),
    "open brackets as a shape": ('{"a":{"shape":' + "[" * 100_000, 0, "a whole number expected"),
    "a name that is not UTF-8": (b'{"\xff' + ONE[2:].encode() + b"}", 4, "utf-8"),
    "a name with half a character": (_named("\\ud800"), 4, "surrogate"),
    "a name with a line break": (_named("\n"), 4, "a string expected"),
    "an escape that is none": (_named("\\q"), 4, "."),
    "a short escape": (_named("\\u12"), 4, "."),
    "no dtype": (_with('"dtype":"F32",', ""), 4, "'a' without"),
    "no shape": (_with('"shape":[1],', ""), 4, "'a' without"),
    "no offsets": (_with(',"data_offsets":[0,4]', ""), 4, "'a' without"),
    "a dtype twice": (_with('"dtype"', '"dtype":"F32","dtype"'), 4, "the name 'dtype' twice"),
    "an unknown dtype": (_with("F32", "F31"), 4, "unknown dtype 'F31'"),
    "a small dtype": (_with("F32", "f32"), 4, "unknown dtype 'f32'"),
    "a dtype that is a number": (_with('"F32"', "32"), 4, "a string expected"),
    "a shape that is null": (_with("[1]", "null"), 4, "'\\[' expected"),
    "a shape that is a number": (_with("[1]", "1"), 4, "'\\[' expected"),
    "a shape that is a string": (_with("[1]", '"1"'), 4, "'\\[' expected"),
    "a shape of a string": (_with("[1]", '["1"]'), 4, "a whole number expected"),
    "a negative size": (_with("[1]", "[-1]"), 4, "a whole number expected"),
    "two negative sizes": (_with("[1]", "[-1,-1]"), 4, "a whole number expected"),
    "a size with a point": (_with("[1]", "[1.0]"), 4, "a whole number expected"),
    "a size with an exponent": (_with("[1]", "[1e0]"), 4, "a whole number expected"),
    "a size with a zero before it": (_with("[1]", "[01]"), 4, "a whole number expected"),
    "a size that is no number": (_with("[1]", "[NaN]"), 4, "a whole number expected"),
    "a size that is true": (_with("[1]", "[true]"), 4, "a whole number expected"),
    "a size of 21 digits": (_with("[1]", f"[{10**20}]"), 4, "a whole number expected"),
    "a negative offset": (_with("[0,4]", "[-4,0]"), 4, "a whole number expected"),
    "an offset with a point": (_with("[0,4]", "[0,4.0]"), 4, "a whole number expected"),
    "one offset": (_with("[0,4]", "[4]"), 4, "two data_offsets"),
    "three offsets": (_with("[0,4]", "[0,4,4]"), 4, "more than 2 numbers"),
    "offsets reversed": (_with("[0,4]", "[4,0]"), 4, "at bytes 4 to 0 of 4"),
    "offsets past the end": (_with("[0,4]", "[4,8]"), 4, "at bytes 4 to 8 of 4"),
    "offsets far past the end": (_with("[0,4]", f"[0,{2**64 - 1}]"), 4, f"to {2**64 - 1} of 4"),
    "too few bytes for the shape": (_with("[1]", "[2]"), 4, "shape \\(2,\\) and dtype F32 in 4 bytes"),
    "too many bytes for the shape": (_with("[1]", "[0]"), 4, "shape \\(0,\\) and dtype F32 in 4 bytes"),
    "too few bytes for the dtype": (_with("F32", "F64"), 4, "dtype F64 in 4 bytes"),
    "half a byte": ('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,0]}}', 0, "in 0 bytes"),
    "a product that wraps to 0": (_with("[1]", f"[{2**32},{2**32}]").replace("0,4", "0,0"), 0, "."),
    "a product that wraps to 1": (_with("[1]", f"[{2**64 - 1},{2**64 - 1}]"), 4, "."),
    "a product of 2^126": (_with("[1]", f"[{2**63},{2**63}]"), 4, "."),
    "a product of 2^126 and 0": (_with("[1]", f"[{2**63},{2**63},0]").replace("0,4", "0,0"), 0, "."),
    "one byte short": (f"{{{ONE}}}", 3, "at bytes 0 to 4 of 3"),
    "one byte more": (f"{{{ONE}}}", 5, "5 bytes of data, of which the header names 4"),
    "data that nobody names": ("{}", 1, "1 bytes of data, of which the header names 0"),
    "an overlap": (_after(3, 7), 7, "'b', which overlaps the one before \\(byte 3, not 4\\)"),
    "one place twice": (_after(0, 4), 4, "overlaps the one before \\(byte 0, not 4\\)"),
    "one inside the other": (_after(1, 3), 4, "overlaps the one before \\(byte 1, not 4\\)"),
    "a gap": (_after(5, 9), 9, "'b', which leaves a gap before it \\(byte 5, not 4\\)"),
    "a gap at the start": (_with("[0,4]", "[1,5]"), 5, "leaves a gap before it \\(byte 1, not 0\\)"),
    "nothing after a gap": (_after(5, 5), 5, "leaves a gap"),
    "metadata twice": (f'{{"__metadata__":{{}},{ONE},"__metadata__":{{}}}}', 4, "'__metadata__' twice"),
    "metadata that is a list": (f'{{"__metadata__":[],{ONE}}}', 4, "expected"),
    "metadata that is a string": (f'{{"__metadata__":"a",{ONE}}}', 4, "expected"),
    "metadata of numbers": (f'{{"__metadata__":{{"a":1}},{ONE}}}', 4, "expected"),
    "metadata of objects": (f'{{"__metadata__":{{"a":{{}}}},{ONE}}}', 4, "expected"),
    "metadata with a comma": (f'{{"__metadata__":{{"a":"b",}},{ONE}}}', 4, "expected"),
    "metadata with the wrong bracket": (f'{{"__metadata__":{{],{ONE}}}', 4, "expected"),
    "metadata that is not UTF-8": (b'{"__metadata__":{"a":"\xff"},' + ONE.encode() + b"}", 4, "utf-8"),
    "metadata with an escape that is none": (f'{{"__metadata__":{{"a":"\\q"}},{ONE}}}', 4, "expected"),
}
#: The library takes these, and some readers then see another file than others do.
OURS: dict[str, tuple[str | bytes, int, str]] = {
    "a name twice": (f"{{{ONE},{ONE}}}", 4, "the name 'a' twice"),
    "a name twice, once escaped": (f"{{{ONE},{ONE.replace('a', chr(92) + 'u0061', 1)}}}", 4, "the name 'a' twice"),
    "an unknown field": (_with('"dtype"', '"x":[[{"y":1}]],"dtype"'), 4, "an unknown field 'x' in tensor 'a'"),
    "65 axes": (_with("[1]", str([1] * 65)), 4, "more than 64 numbers"),
    "a giant beside a zero": (_with("[1]", f"[{2**63},0]").replace("0,4", "0,0"), 0, "."),
    "a giant in bytes beside a zero": (_with("[1]", f"[{2**61},0]").replace("0,4", "0,0"), 0, "."),
}
ALL = BOTH | OURS

#: Large ones, with nothing after them, that would cost many times their size if they were taken at their word.
LARGE_ONES: dict[str, Callable[[], bytes]] = {
    "metadata of brackets": lambda: b'{"__metadata__":' + b"[[]," * (LARGE // 4),
    "metadata of closed brackets": lambda: b'{"__metadata__":[' + b"[]," * (LARGE // 3) + b"1]}",
    "an unknown field of brackets": lambda: b'{"a":{"x":' + b"[[]," * (LARGE // 4),
    "an escaped name": lambda: b'{"' + b"\\u0061" * (LARGE // 6) + b'":{"dtype":"F31"}}',
    "a name of pairs": lambda: b'{"' + b"\\ud83d\\ude00" * (LARGE // 12) + b'":{"dtype":"F31"}}',
    "a name of line breaks": lambda: b'{"' + b"\\n" * (LARGE // 2) + b'":{"dtype":"F31"}}',
    "a name of words": lambda: b'{"' + b"ab " * (LARGE // 3) + b'":{"dtype":"F31"}}',
    "a name with one wide character": lambda: b'{"' + b"a" * LARGE + "😀".encode() + b'":{"dtype":"F31"}}',
    "a dtype with one wide character": lambda: b'{"a":{"dtype":"' + b"a" * LARGE + "😀".encode() + b'"}}',
    "metadata of many names": lambda: b'{"__metadata__":{' + b",".join(b'"%x":""' % n for n in range(30_000)) + b"}}",
    "escaped metadata": lambda: b'{"__metadata__":{"a":"' + b"\\u0061" * (LARGE // 6) + b'"}}',
    "metadata with one wide character": lambda: b'{"__metadata__":{"a":"' + b"a" * LARGE + "😀".encode() + b'"}}',
}  # fmt: skip

#: Of these: metadata may be as long as a header may.
LARGE_AND_VALID = ("metadata of many names", "escaped metadata", "metadata with one wide character")

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n"
START = f"{{{ONE}}}".encode()
#: Files that are none, and what must be said of each.
FILES = {
    "empty": (b"", "hold something"),
    "three bytes": (b"abc", "3 bytes"),
    "eight bytes": (bytes(8), "8 bytes, the first eight of which claim a header of 0"),
    "text": (b"This was a text, and is renamed.\n", "claim a header of"),
    "the page of an error": (b"<!DOCTYPE html><html><head><title>404</title></head></html>", "claim a header of"),
    "a pickle": (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0\x8c\x02os\x94\x8c\x06system\x94\x93\x94.", "claim a header of"),
    "a zip archive": (b"PK\3\4" + bytes(60), "claim a header of"),
    "the pointer of Git LFS": (LFS, "got the pointer that Git LFS left in its place. Try git lfs pull."),
    "a header of 2^60": (struct.pack("<Q", 2**60) + START + bytes(4), f"claim a header of {2**60}"),
    "a header of 2^64 - 1": (struct.pack("<Q", 2**64 - 1) + START + bytes(4), f"claim a header of {2**64 - 1}"),
    "a header of 2^63": (struct.pack("<Q", 2**63) + START + bytes(4), f"claim a header of {2**63}"),
    "a header of 0": (struct.pack("<Q", 0) + START + bytes(4), "claim a header of 0"),
    "a header of 1": (struct.pack("<Q", 1) + START + bytes(4), "claim a header of 1"),
    "a header one byte too long": (struct.pack("<Q", len(START) + 1) + START, f"claim a header of {len(START) + 1}"),
    "a header one byte too short": (struct.pack("<Q", len(START) - 1) + START + bytes(4), "expected"),
    "a header that eats the data": (struct.pack("<Q", len(START) + 4) + START + bytes(4), "at bytes 0 to 4 of 0"),
    "one byte short": (framed(START, bytes(3)), "at bytes 0 to 4 of 3"),
    "one byte more": (framed(START, bytes(5)), "5 bytes of data, of which the header names 4"),
}


def text(name: str) -> bytes:
    """Return the text of a header by its name."""
    found = ALL[name][0]
    return found if isinstance(found, bytes) else found.encode()
