"""What two processes say to each other: a line of JSON with Python literals, then the bytes of arrays. No pickle."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from ...errors import sentence
from .dtypes import dtype_of, spelled
from .outcome import Raw

#: Bytes of the line, and of one array.
LONGEST_LINE = 2**20
LARGEST_ARRAY = 2**32


class BrokenFrame(Exception):
    """The stream does not hold a whole, well-formed message."""


@dataclass(frozen=True)
class Message:
    """
    One message.

    Attributes
    ----------
    kind : str
        What it is.
    fields : mapping
        Python literals by name.
    arrays : tuple of ndarray
        Of any dtype of numbers.
    """

    kind: str
    fields: Mapping[str, Any]
    arrays: tuple[Raw, ...] = ()


def literal(function: str, argument: str, value: object) -> str:
    """
    Spell a value so that `ast.literal_eval` reads it.

    Parameters
    ----------
    function, argument : str
        Where the value was given, for the message.
    value : object
        None, a number, text, bytes, or a tuple, list, dict or set of these.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        It is something else: it cannot be sent to another process.
    """
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        same = False
    if not same:
        rule = "consist of Python literals, to be sent to another process"
        raise ValueError(sentence(function, argument, rule, text, "the callable instead of its name"))
    return text


def write(stream: BinaryIO, message: Message) -> None:
    """
    Send a message.

    Parameters
    ----------
    stream : binary file
        Buffered.
    message : Message
        What to send.

    Raises
    ------
    ValueError
        A field is no literal, an array is of no dtype of numbers, or it is too large.
    """
    arrays = [np.ascontiguousarray(array).reshape(array.shape) for array in message.arrays]
    kinds = [spelled(array.dtype) for array in arrays]
    if None in kinds:
        raise ValueError(f"arrays of dtype {arrays[kinds.index(None)].dtype} cannot be sent")
    header = {
        "kind": message.kind,
        "fields": {name: literal("verify", name, value) for name, value in message.fields.items()},
        "arrays": [[kind, list(array.shape)] for kind, array in zip(kinds, arrays, strict=True)],
    }
    line = json.dumps(header).encode("ascii") + b"\n"
    if len(line) > LONGEST_LINE or any(array.nbytes > LARGEST_ARRAY for array in arrays):
        raise ValueError("the message is too large to be sent")
    stream.write(line)
    for array in arrays:
        stream.write(array.reshape(-1).view(np.uint8).data if array.size else b"")
    stream.flush()


def read(stream: BinaryIO) -> Message | None:
    """
    Receive a message.

    Parameters
    ----------
    stream : binary file
        Buffered.

    Returns
    -------
    Message or None
        None where the stream ended before a message began.

    Raises
    ------
    BrokenFrame
        The stream ended within a message, or what it held is none.
    """
    line = stream.readline(LONGEST_LINE + 1)
    if not line:
        return None
    try:
        header = json.loads(line)
        fields = {str(name): ast.literal_eval(text) for name, text in header["fields"].items()}
        arrays = [(dtype_of(kind), _shape(shape)) for kind, shape in header["arrays"]]
        kind = str(header["kind"])
    except (ValueError, SyntaxError, KeyError, TypeError, AttributeError, MemoryError, RecursionError) as error:
        raise BrokenFrame(f"not a message: {line[:60]!r}") from error
    return Message(kind, fields, tuple(_array(stream, *array) for array in arrays))


def _shape(sizes: Sequence[Any]) -> tuple[int, ...]:
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("sizes are non-negative integers")
    return tuple(sizes)


def _array(stream: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Raw:
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > LARGEST_ARRAY:
        raise BrokenFrame(f"an array of {wanted} bytes is announced")
    data = stream.read(wanted)
    if len(data) != wanted:
        raise BrokenFrame(f"{len(data)} bytes of {wanted}")
    return np.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
