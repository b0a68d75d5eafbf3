"""The idx format, read as it is written."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.idx import parse

from .faked import idx


def test_what_is_written_is_read_back_one_after_the_other(rng: np.random.Generator) -> None:
    one, other = (rng.integers(256, size=shape).astype(np.uint8) for shape in ((3, 4, 5), (7,)))
    content = idx(one) + idx(other)
    first, place = parse(content)
    second, end = parse(content, place)
    np.testing.assert_array_equal(first, one)
    np.testing.assert_array_equal(second, other)
    assert end == len(content)


def test_sizes_are_big_endian() -> None:
    assert parse(b"\0\0\x08\x01\0\0\0\x02ab")[0].tolist() == [97, 98]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no idx"),
        (b"<!DOCTYPE html>", "no idx"),
        (b"\0\0\x0d\x01\0\0\0\x01aaaa", "no idx"),
        (b"\0\0\x08", "no idx"),
        (b"\0\0\x08\0", "without sizes"),
        (b"\0\0\x08\x03\0\0\0\x02", "without sizes"),
        (b"\0\0\x08\x01\0\0\0\x03ab", "cut short: 2 bytes of 3"),
    ],
)
def test_anything_else_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(content)
