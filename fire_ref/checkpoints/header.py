"""
The header of a safetensors file: names, dtypes, shapes and places, all of it checked before a byte of data is read.

The format (huggingface/safetensors, README "Format"): 8 bytes, the length n of the header as a little-endian
integer; n bytes of JSON, padded with spaces; the tensors' bytes, one after the other without gaps.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from .scanning import Scan

#: The format's own limit for the JSON.
LONGEST = 100_000_000
#: NumPy's limit for axes.
AXES = 64
#: Bits an entry takes, and the name that arrays use for it.
DTYPES = {
    "BOOL": (8, "bool"),
    "U8": (8, "uint8"),
    "I8": (8, "int8"),
    "U16": (16, "uint16"),
    "I16": (16, "int16"),
    "U32": (32, "uint32"),
    "I32": (32, "int32"),
    "U64": (64, "uint64"),
    "I64": (64, "int64"),
    "F4": (4, "float4_e2m1fn"),
    "F6_E2M3": (6, "float6_e2m3fn"),
    "F6_E3M2": (6, "float6_e3m2fn"),
    "F8_E4M3": (8, "float8_e4m3fn"),
    "F8_E4M3FNUZ": (8, "float8_e4m3fnuz"),
    "F8_E5M2": (8, "float8_e5m2"),
    "F8_E5M2FNUZ": (8, "float8_e5m2fnuz"),
    "F8_E8M0": (8, "float8_e8m0fnu"),
    "F16": (16, "float16"),
    "BF16": (16, "bfloat16"),
    "F32": (32, "float32"),
    "F64": (64, "float64"),
    "C64": (64, "complex64"),
}


class Place(NamedTuple):
    """Where one tensor lies, counted from the end of the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def places(text: bytes, data: int) -> list[Place]:
    """
    Read a header.

    Parameters
    ----------
    text : bytes
        The JSON.
    data : int
        Bytes that follow it in the file.

    Returns
    -------
    list of Place
        In the order in which they lie in the file.

    Raises
    ------
    ValueError
        The text is no such header, or what it says cannot be true of that many bytes.

    Examples
    --------
    >>> places(b'{"a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}', 8)
    [Place(name='a', dtype='float32', shape=(2, 1), begin=0, end=8)]
    """
    scan = Scan(text)
    found = []
    for name in scan.members():
        if name == "__metadata__":
            _pass_metadata(scan)
        else:
            found.append(_place(scan, name, data))
    scan.end()
    found.sort(key=lambda place: (place.begin, place.end))
    _require_one_after_the_other(found, data)
    return found


def _pass_metadata(scan: Scan) -> None:
    if not scan.has(b"null"):
        scan.pass_strings()


def _place(scan: Scan, name: str, data: int) -> Place:
    dtype, shape, offsets = None, None, None
    for key in scan.members():
        if key == "dtype":
            dtype = scan.string()
        elif key == "shape":
            shape = scan.wholes(AXES)
        elif key == "data_offsets":
            offsets = scan.wholes(2)
        else:
            raise ValueError(f"an unknown field {key!r} in tensor {name!r}")
    if dtype is None or shape is None or offsets is None or len(offsets) != 2:
        raise ValueError(f"tensor {name!r} without dtype, shape or two data_offsets")
    if dtype not in DTYPES:
        raise ValueError(f"tensor {name!r} of an unknown dtype {dtype!r}")
    bits, known = DTYPES[dtype]
    begin, end = offsets
    if not begin <= end <= data:
        raise ValueError(f"tensor {name!r} at bytes {begin} to {end} of {data}")
    if bits * prod(max(n, 1) for n in shape) >= 8 * 2**63:  # a zero hides what the other axes claim
        raise ValueError(f"tensor {name!r} of shape {shape}")
    if bits * prod(shape) != 8 * (end - begin):
        raise ValueError(f"tensor {name!r} of shape {shape} and dtype {dtype} in {end - begin} bytes")
    return Place(name, known, shape, begin, end)


def _require_one_after_the_other(found: list[Place], data: int) -> None:
    reached = 0
    for place in found:
        if place.begin != reached:
            trouble = "overlaps the one before" if place.begin < reached else "leaves a gap before it"
            raise ValueError(f"tensor {place.name!r}, which {trouble} (byte {place.begin}, not {reached})")
        reached = place.end
    if reached != data:
        raise ValueError(f"{data} bytes of data, of which the header names {reached}")
