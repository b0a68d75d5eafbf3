"""Bytes from file to file: across blocks, at other places, in other spellings; and what stands in the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fire_ref.streaming import copying
from fire_ref.streaming.copying import begin, copy, fill, same
from fire_ref.streaming.orders import Fill


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BLOCK", 64)


@pytest.fixture
def source(tmp_path: Path, rng: np.random.Generator) -> Path:
    path = tmp_path / "source"
    path.write_bytes(rng.bytes(1000))
    return path


def test_a_part_begins_with_the_header_and_is_as_long(source: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    begin("f", source, part, 130, 1000)
    raw = part.read_bytes()
    assert raw == source.read_bytes()[:130] + bytes(870)


@pytest.mark.parametrize("shift", [0, 7])
def test_ranges_are_copied_and_nothing_else(source: Path, tmp_path: Path, shift: int) -> None:
    part = tmp_path / "part"
    part.write_bytes(bytes(1100))
    ranges = ((3, 3), (10, 300), (301, 302), (900, 1000))
    copy("f", source, part, ranges, shared=True, shift=shift)
    wanted = bytearray(1100)
    for a, b in ranges:
        wanted[a + shift : b + shift] = source.read_bytes()[a:b]
    assert part.read_bytes() == wanted
    fill("f", Fill(label="", cost=0, shard=0, source=source, part=part, ranges=((0, 1000),)))
    assert part.read_bytes()[:1000] == source.read_bytes()


def test_an_input_that_ends_too_early_is_told(source: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"")
    with pytest.raises(OSError, match="must be left alone meanwhile; got a file that ended"):
        copy("f", source, part, ((900, 1001),), shared=False)


def test_the_same_bytes_and_others(source: Path, tmp_path: Path) -> None:
    raw = bytearray(source.read_bytes())
    other = tmp_path / "other"
    for at, equal in ((None, True), (100, False), (299, False), (99, True), (300, True)):
        changed = raw.copy()
        if at is not None:
            changed[at] ^= 1
        other.write_bytes(b"xx" + changed)
        assert same("f", (source, 100), (other, 102), 200) is equal
