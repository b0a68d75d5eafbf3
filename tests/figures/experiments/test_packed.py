"""Packed results are read as they were written, and never written to."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from figures.experiments.ledger import opened, place, read
from figures.experiments.packed import content, kept
from figures.experiments.refusing import UnusableError

from .faked import record

LINE = json.dumps(record("iso", 0, 0, 0.5)).encode() + b"\n"


def test_packed_results_are_read_and_left_as_they_are(tmp_path: Path) -> None:
    path, packed = tmp_path / "figF.jsonl", tmp_path / "figF.jsonl.gz"
    assert kept(path) == path
    packed.write_bytes(gzip.compress(LINE))
    assert kept(path) == packed
    assert content(path) == LINE
    assert [place(one) for one in read(path)] == [("random-labels", "iso", 0, 0)]
    before = packed.read_bytes()
    with (
        pytest.raises(UnusableError, match=r"must be unpacked .*; got figF\.jsonl\.gz\. Try gunzip .*gz"),
        opened(path),
    ):
        pass
    assert packed.read_bytes() == before
    assert not path.exists()


def test_what_is_unpacked_beside_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "figF.jsonl"
    (tmp_path / "figF.jsonl.gz").write_bytes(gzip.compress(LINE))
    with_more = LINE + json.dumps(record("iso", 0, 1, 0.5)).encode() + b"\n"
    path.write_bytes(with_more)
    assert kept(path) == path
    assert len(read(path)) == 2
    with opened(path) as book:
        book.append(record("iso", 0, 2, 0.5))
    assert len(read(path)) == 3


@pytest.mark.parametrize("damage", ["other", "cut", "changed"])
def test_a_damaged_one_is_one_line(damage: str, tmp_path: Path) -> None:
    whole = gzip.compress(LINE * 50)
    damaged = {"other": b"no gzip", "cut": whole[:40], "changed": whole[:-9] + b"x" * 9}[damage]
    (tmp_path / "figF.jsonl.gz").write_bytes(damaged)
    with pytest.raises(UnusableError, match=r"figF\.jsonl must hold one result in each line; got no whole gzip file"):
        read(tmp_path / "figF.jsonl")
