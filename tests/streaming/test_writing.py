"""Arrays into files, in any order and spelling; and a disk that takes no more."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming import writing
from fire_ref.streaming.orders import Target
from fire_ref.streaming.writing import parts, unwritable, writable, write_array, write_at


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BLOCK", 64)


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


def test_a_disk_that_is_full_is_one_sentence() -> None:
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
        write_at("f", Path("x/part"), Full(), 0, memoryview(b"12345"))


def test_a_part_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="must take what is written; got No such file"):
        writable("f", tmp_path / "gone")
    assert not (tmp_path / "gone").exists(), "a worker of a run that was discarded finds nothing"
    with pytest.raises(OSError, match="the same command again, which goes on where it stopped"):
        unwritable("f", tmp_path / "x", OSError(errno.EACCES, "Permission denied"))
