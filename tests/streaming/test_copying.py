"""Bytes from file to file: across blocks, at other places, in other spellings; and what stands in the way."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming import copying
from fire_ref.streaming.copying import begin, copy, fill, parts, same, unwritable, writable, write_array, write_at
from fire_ref.streaming.orders import Fill, Target


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


@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (100, 3), (3, 100), (5, 4, 30)])
@pytest.mark.parametrize("fortran", [False, True])
@pytest.mark.parametrize("dtype", ["", ">f4", "<f8"])
def test_arrays_are_written_as_the_file_spells_them(
    tmp_path: Path, rng: np.random.Generator, shape: tuple[int, ...], fortran: bool, dtype: str
) -> None:
    array = np.asarray(rng.standard_normal(shape), "f4")
    for given in (array, np.asfortranarray(array)):
        path = tmp_path / "part"
        path.write_bytes(b"....")
        write_array("f", given, Target(0, path, 4, dtype, fortran), shared=True)
        wanted = array.astype(dtype or "f4").tobytes(order="F" if fortran else "C")
        assert path.read_bytes() == b"...." + wanted


def test_parts_are_views_of_about_a_block(rng: np.random.Generator) -> None:
    array = rng.standard_normal((50, 3))
    found = list(parts(array))
    assert max(part.nbytes for part in found) <= 64
    assert all(np.shares_memory(part, array) for part in found)
    assert np.array_equal(np.concatenate(found), array.ravel())


def test_the_same_bytes_and_others(source: Path, tmp_path: Path) -> None:
    raw = bytearray(source.read_bytes())
    other = tmp_path / "other"
    for at, equal in ((None, True), (100, False), (299, False), (99, True), (300, True)):
        changed = raw.copy()
        if at is not None:
            changed[at] ^= 1
        other.write_bytes(b"xx" + changed)
        assert same("f", (source, 100), (other, 102), 200) is equal


def test_a_disk_that_is_full_is_one_sentence(source: Path) -> None:
    class Full:
        """A file on a full disk, which takes some bytes before it says so."""

        taken = 0

        def seek(self, _: int) -> None:
            pass

        def write(self, _: Any) -> int:
            if self.taken:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.taken = 3
            return 3

    with pytest.raises(OSError, match=r"the folder .* must take what is written; got No space left on device"):
        write_at("f", source, Full(), 0, memoryview(b"12345"))


def test_a_part_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="must take what is written; got No such file"):
        writable("f", tmp_path / "gone")
    assert not (tmp_path / "gone").exists(), "a worker of a run that was discarded finds nothing"
    with pytest.raises(OSError, match="the same command again, which goes on where it stopped"):
        unwritable("f", tmp_path / "x", OSError(errno.EACCES, "Permission denied"))
