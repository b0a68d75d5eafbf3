"""A message survives; a damaged one is a broken frame and nothing worse."""

from __future__ import annotations

import io
import json
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets.protocol import BrokenFrame, Message, literal, read, write

FIELDS = {"a": (1, 2.5, None, (True,)), "b": {"c": [b"d", "\n\u03c3\ud800"]}, "e": {1, 2}, "f": 1e-300}
ARRAYS = (
    np.arange(6, dtype=">f4").reshape(2, 3).T,
    np.array(1.5, dtype=ml_dtypes.bfloat16),
    np.zeros((0, 3), dtype=np.complex64),
    np.array([np.nan, -0.0, np.inf]),
    np.array([True, False]),
)


def sent(message: Message) -> bytes:
    stream = io.BytesIO()
    write(stream, message)
    return stream.getvalue()


def test_messages_survive() -> None:
    stream = io.BytesIO(2 * sent(Message("kind", FIELDS, ARRAYS)))
    for _ in range(2):
        found = read(stream)
        assert found is not None
        assert (found.kind, found.fields) == ("kind", FIELDS)
        assert isinstance(found.fields["a"], tuple)
        for array, expected in zip(found.arrays, ARRAYS, strict=True):
            assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
            assert array.tobytes() == expected.tobytes()
            assert array.flags.writeable
    assert read(stream) is None


def test_every_truncation_is_noticed() -> None:
    whole = sent(Message("kind", {"a": 1}, ARRAYS[:2]))
    assert read(io.BytesIO(whole)) is not None
    for size in range(1, len(whole)):
        with pytest.raises(BrokenFrame):
            read(io.BytesIO(whole[:size]))


def damaged(**changes: Any) -> bytes:
    header = {"kind": "k", "fields": {"a": "1"}, "arrays": [["<f8", [2]]]}
    return json.dumps(header | changes).encode() + b"\n" + bytes(16)


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b"hello\n",
        b"[]\n",
        b"null\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"x" * (2**20 + 5),
        damaged(fields={"a": "__import__('os')"}),
        damaged(fields={"a": "("}),
        damaged(fields={"a": None}),
        damaged(fields=[]),
        damaged(arrays=[["O", [2]]]),
        damaged(arrays=[["<f8", [-1]]]),
        damaged(arrays=[["<f8", [True]]]),
        damaged(arrays=[["<f8", [10**30]]]),
        damaged(arrays=[["<f8", 2]]),
        damaged(arrays=[[3, [2]]]),
        damaged(arrays=[1]),
        damaged(arrays=[["<f8", [3]]]),
    ],
)
def test_damage_is_a_broken_frame(data: bytes) -> None:
    with pytest.raises(BrokenFrame):
        read(io.BytesIO(data))


def test_the_undamaged_one_is_read() -> None:
    assert read(io.BytesIO(damaged())) is not None


@pytest.mark.parametrize("value", [np.float64(1), np.ones(2), object(), len, [float("nan")], float("inf"), range(3)])
def test_what_is_no_literal_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="verify: kwargs must consist of Python literals"):
        literal("verify", "kwargs", value)
    with pytest.raises(ValueError, match="verify: kwargs must consist of Python literals"):
        sent(Message("kind", {"kwargs": {"a": value}}))


def test_what_is_no_number_or_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="dtype object cannot be sent"):
        sent(Message("kind", {}, (np.ones(2), np.array([None]))))
    with pytest.raises(ValueError, match="too large"):
        sent(Message("kind", {"a": "x" * 2**20}))
