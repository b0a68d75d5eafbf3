"""The end: the index last, the old folder replaced in one step, the journal gone last; stopped anywhere, it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming import finishing
from fire_ref.streaming.workplace import DESK

from .networks import INDEX, State, digests, planned, rewritten, saved, sharded
from .test_resuming import interrupted

STATE: State = {f"h.{i}.mlp.c_fc.weight": np.random.default_rng(i).standard_normal((4, 3)) for i in range(4)}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return sharded(tmp_path / "in", STATE, 2)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A checkpoint that is in the way, with a file that goes with it."""
    out = tmp_path / "out"
    sharded(out, {"a.weight": np.ones((2, 2), "f4"), "b": np.ones(1), "c": np.ones(1)}, 3)
    (out / "config.json").write_text('{"mine": 1}', encoding="utf-8")
    return out


class Stop(Exception):
    """A kill at this place."""


def stopped(monkeypatch: pytest.MonkeyPatch, kind: type, method: str, count: int) -> list[str]:
    """Stop at the so manieth call of a method of paths; return what was called, by file name."""
    seen: list[str] = []
    real = getattr(kind, method)

    def call(self: Path, *arguments: Any, **options: Any) -> Any:
        seen.append(self.name)
        if len(seen) == count:
            raise Stop
        return real(self, *arguments, **options)

    monkeypatch.setattr(kind, method, call)
    return seen


def test_the_journal_goes_after_all_else(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = stopped(monkeypatch, Path, "unlink", 0)
    placed = stopped(monkeypatch, Path, "replace", 0)
    rewritten(checkpoint, tmp_path / "out")
    assert gone[-1] == f"{DESK}.json"
    assert [name for name in placed if name != f"{DESK}.json.part"][-1] == f"{INDEX}.part"
    assert not list((tmp_path / "out").glob(f"{DESK}*"))


def test_stopped_before_the_journal_is_gone_it_is_known_to_be_finished(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten(checkpoint, tmp_path / "plain")
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        stopped(patch, Path, "rmdir", 1)
        with pytest.raises(Stop):
            rewritten(checkpoint, out)
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("*.safetensors")}
    rewritten(checkpoint, out)
    assert digests(out) == digests(tmp_path / "plain")
    assert {name: (out / name).stat().st_mtime_ns for name in times} == times


def test_overwriting_keeps_what_goes_with_it_and_nothing_else(checkpoint: Path, old: Path, tmp_path: Path) -> None:
    rewritten(checkpoint, tmp_path / "plain")
    rewritten(checkpoint, old, overwrite=True)
    found = digests(old)
    assert found.pop("config.json")
    assert found == digests(tmp_path / "plain")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out", "plain"}


def test_until_the_swap_the_old_one_is_whole(checkpoint: Path, old: Path) -> None:
    before = digests(old)
    interrupted(checkpoint, old, 1, overwrite=True)
    assert digests(old) == before
    rewritten(checkpoint, old)  # it is known to be allowed
    assert digests(old) != before
    assert not list(old.parent.glob(".out*"))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_stopped_in_the_swap_it_goes_on(
    checkpoint: Path, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    rewritten(checkpoint, tmp_path / "plain")
    with monkeypatch.context() as patch:
        stopped(patch, Path, "rename", count)
        with pytest.raises(Stop):
            rewritten(checkpoint, old, overwrite=True)
    rewritten(checkpoint, old, overwrite=True)
    found = digests(old)
    assert found.pop("config.json")
    assert found == digests(tmp_path / "plain")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out", "plain"}


def test_restarted_in_the_swap_the_old_one_is_back(
    checkpoint: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(old)
    with monkeypatch.context() as patch:
        stopped(patch, Path, "rename", 2)
        with pytest.raises(Stop):
            rewritten(checkpoint, old, overwrite=True)
    assert not old.exists()
    from fire_ref.streaming.running import reserved

    from .networks import FUNCTION

    found, request = planned(checkpoint, old, overwrite=True, restart=True)
    reserved(FUNCTION, found, request)
    assert digests(old) == before


def test_one_file_is_replaced_by_its_name(tmp_path: Path) -> None:
    source, out = saved(tmp_path / "in.safetensors", STATE), saved(tmp_path / "out.safetensors", {"x": np.ones(1)})
    rewritten(source, out, overwrite=True)
    rewritten(source, tmp_path / "plain.safetensors")
    assert out.read_bytes() == (tmp_path / "plain.safetensors").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"in.safetensors", "out.safetensors", "plain.safetensors"}


def test_a_folder_that_does_not_take_the_index(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "settle", full)
        with pytest.raises(OSError, match="must take what is written; got No space left on device"):
            rewritten(checkpoint, tmp_path / "out")
    assert not (tmp_path / "out" / INDEX).exists()
    rewritten(checkpoint, tmp_path / "out")
    assert (tmp_path / "out" / INDEX).exists()
