"""A checkpoint rewritten equals the library's own result bit for bit, and everything else byte for byte."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming import briefing, copying, ledger, running
from fire_ref.streaming.source import read_source

from ..killing import breaks
from .networks import digests, expected, in_order, language, rewritten, sharded


def check(tmp_path: Path, recipe: str = "gpt", **options: Any) -> None:
    state = language(np.random.default_rng(1))
    index = sharded(tmp_path / "in", state)
    before = digests(index.parent)
    rewritten(index, tmp_path / "out", recipe, **options)
    assert digests(index.parent) == before
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == set(before)
    assert (out / index.name).read_bytes() == index.read_bytes()
    wanted = expected(in_order(index), recipe, **options)
    found = in_order(out / index.name)
    changed = {name for name in wanted if wanted[name].tobytes() != in_order(index)[name].tobytes()}
    assert changed
    for name, array in wanted.items():
        assert array.dtype == found[name].dtype
        assert array.tobytes() == found[name].tobytes(), name
    for old, new in zip(read_source("f", index).shards, read_source("f", out / index.name).shards, strict=True):
        was, now = old.path.read_bytes(), new.path.read_bytes()
        assert (len(was), was[: old.base]) == (len(now), now[: new.base]), "the header's bytes"
        for kept in old.kept:
            if kept.tensor.name not in changed:
                assert was[kept.begin : kept.end] == now[kept.begin : kept.end], kept.tensor.name


@pytest.mark.parametrize(
    ("recipe", "options"),
    [("gpt", {}), ("gpt", {"method": "svd"}), ("gpt", {"steps": 2}), ("official", {"method": "fast"})],
)
def test_it_equals_the_library_in_memory(recipe: str, options: dict[str, Any], tmp_path: Path) -> None:
    check(tmp_path, recipe, **options)


def _header_rewritten(function: str, source: Path, part: Path, base: int, size: int) -> None:
    copying.begin(function, source, part, base, size)
    raw = part.read_bytes()[:base].replace(b": ", b" :")
    with part.open("r+b") as file:
        file.write(raw)


def _nothing_copied(*_: Any) -> list[Any]:
    return []


def _first_name_only(shard: int, place: int, kept: Any, desk: Any) -> Any:
    where = _TARGET(shard, place, kept, desk)
    return where._replace(offset=where.offset - 4) if kept.tensor.name == "lm_head.weight" else where


_TARGET = briefing._target


@breaks(
    another_header=(running, "begin", _header_rewritten),
    what_is_left_forgotten=(ledger, "fills", _nothing_copied),
    tied_name_elsewhere=(briefing, "_target", _first_name_only),
)
def test_a_wrong_byte_is_seen() -> None:
    with TemporaryDirectory() as folder:
        check(Path(folder))
