"""Finished files: on disk, summed, and named in one step."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from fire_ref.streaming import copying, sealing
from fire_ref.streaming.sealing import checksum, flush, rename, settle


def test_the_checksum_is_of_all_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK", 64)
    path = tmp_path / "x"
    for size in (0, 1, 64, 1000):
        raw = np.random.default_rng(size).bytes(size)
        path.write_bytes(raw)
        assert settle("f", path) == (size, hashlib.sha256(raw).hexdigest())
        assert checksum(path) == hashlib.sha256(raw).hexdigest()
    assert copying.BLOCK > 64


def test_a_file_is_flushed_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part, final = tmp_path / "part", tmp_path / "final"
    part.write_bytes(b"new")
    final.write_bytes(b"old")
    flushed: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        flushed.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    settle("f", part)
    inode = part.stat().st_ino
    assert flushed == [inode]
    rename("f", part, final)
    assert (final.read_bytes(), part.exists()) == (b"new", False)
    assert final.stat().st_ino == inode
    assert flushed[1:] == [tmp_path.stat().st_ino], "the folder remembers the name"


def test_what_cannot_be_flushed_or_renamed_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"f: the folder .* must take what is written; got No such file"):
        settle("f", tmp_path / "gone")
    with pytest.raises(OSError, match=r"f: the folder .* must take what is written; got No such file"):
        rename("f", tmp_path / "gone", tmp_path / "final")
    flush(tmp_path)
