"""Where results may go: beside what is read, never onto it, and never onto what is somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fire_ref.streaming.journal import journal_of, part_of
from fire_ref.streaming.source import read_source
from fire_ref.streaming.workplace import DESK, Workplace, workplace

from .networks import FUNCTION, INDEX, saved, sharded

STATE = {"fc.weight": np.ones((3, 2), "f4"), "fc.bias": np.ones(3, "f4")}


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return sharded(tmp_path / "in", STATE, 2)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return saved(tmp_path / "model.safetensors", STATE)


def place(checkpoint: Path, out: Path | str, others: list[Path] | None = None, *, overwrite: bool = False) -> Workplace:
    return workplace(FUNCTION, str(out), read_source("f", checkpoint), others or [], overwrite=overwrite)


def refused(checkpoint: Path, out: Path | str, match: str, **options: bool) -> None:
    with pytest.raises(ValueError, match=match):
        place(checkpoint, out, **options)


def test_a_folder_that_is_new_or_empty(several: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    names = tuple(f"model-0000{i}-of-00002.safetensors" for i in (1, 2))
    wanted = Workplace(out, out, out / DESK, False, names, INDEX)
    assert place(several, out) == wanted
    assert not out.exists(), "nothing is made yet"
    out.mkdir()
    assert place(several, out) == wanted
    assert not wanted.is_file


def test_one_file_goes_to_a_file_or_into_a_folder(one: Path, tmp_path: Path) -> None:
    found = place(one, tmp_path / "new.safetensors")
    assert (found.final(0), found.is_file) == (tmp_path / "new.safetensors", True)
    assert found.desk == tmp_path / f".new.safetensors{DESK}"
    assert place(one, tmp_path / "out").final(0) == tmp_path / "out" / one.name


@pytest.mark.parametrize("overwrite", [False, True])
def test_never_onto_what_is_read(several: Path, one: Path, tmp_path: Path, overwrite: bool) -> None:
    apart = "be another place than what is read"
    refused(one, one, apart, overwrite=overwrite)
    refused(several, several.parent, apart, overwrite=overwrite)
    refused(several, tmp_path, apart, overwrite=overwrite)
    refused(several, several.parent / "new", "lie outside the folder of the checkpoint", overwrite=overwrite)
    refused(several, several.parent / "a" / "b", "lie outside the folder of the checkpoint", overwrite=overwrite)
    (tmp_path / "link").symlink_to(several.parent)
    refused(several, tmp_path / "link", apart, overwrite=overwrite)
    refused(several, tmp_path / "link" / "new", "lie outside", overwrite=overwrite)
    (tmp_path / "link.safetensors").symlink_to(one)
    refused(one, tmp_path / "link.safetensors", apart, overwrite=overwrite)
    with pytest.raises(ValueError, match=apart):
        place(several, tmp_path / "fresh.safetensors.d", [tmp_path / "fresh.safetensors.d" / "x"])


def test_never_onto_what_is_there(several: Path, one: Path, tmp_path: Path) -> None:
    out, file = tmp_path / "out", saved(tmp_path / "old.safetensors", STATE)
    out.mkdir()
    saved(out / "model-00001-of-00002.safetensors", STATE)
    refused(several, out, "be new, empty, or of an interrupted run")
    refused(one, file, "be new, or of an interrupted run")
    assert place(one, file, overwrite=True).final(0) == file
    beside = place(several, out, overwrite=True)
    assert beside.swaps
    assert (beside.folder, beside.target) == (tmp_path / f".out{DESK}-new", out)


def test_only_a_checkpoint_is_replaced(several: Path, tmp_path: Path) -> None:
    out = tmp_path / "home"
    out.mkdir()
    (out / "thesis.tex").write_text("years", encoding="utf-8")
    refused(several, out, "which also holds 'thesis.tex'", overwrite=True)
    (out / "thesis.tex").unlink()
    (out / "config.json").write_text("{}", encoding="utf-8")
    assert place(several, out, overwrite=True).swaps
    sharded(out, STATE | {"more": np.ones(1)}, 3)
    assert place(several, out, overwrite=True).swaps, "another one, in other files"
    saved(out / "another.safetensors", STATE)
    refused(several, out, "which also holds 'another.safetensors'", overwrite=True)
    (out / "another.safetensors").unlink()
    (out / "more").mkdir()
    refused(several, out, "which also holds 'more'", overwrite=True)


def test_what_an_interrupted_run_left_is_ours(several: Path, one: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / DESK).mkdir(parents=True)
    assert not place(several, out).begun, "it was stopped before it had a journal"
    journal_of(out / DESK).touch()
    (out / DESK / "00000.0123abcd.part").touch()
    saved(out / "a.safetensors", STATE)
    assert place(several, out).begun
    assert not place(several, out).swaps
    assert not place(several, out, overwrite=True).swaps
    (tmp_path / f".other{DESK}-new").mkdir()
    journal_of(tmp_path / f".other{DESK}-new" / DESK).touch()
    assert place(several, tmp_path / "other").swaps, "it goes on beside, where it began"
    file = saved(tmp_path / "old.safetensors", STATE)
    journal_of(tmp_path / f".old.safetensors{DESK}").touch()
    assert place(one, file).final(0) == file


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_only_has_a_name_of_ours_is_somebodys(several: Path, one: Path, tmp_path: Path, overwrite: bool) -> None:
    ours = "(must be what a run of this command has left|also holds)"
    for i, name in enumerate(["mine.txt", "00000.0123abcd.part"]):
        (tmp_path / f"a{i}" / DESK).mkdir(parents=True)
        (tmp_path / f"a{i}" / DESK / name).write_text("years", encoding="utf-8")
        refused(several, tmp_path / f"a{i}", ours, overwrite=overwrite)
        (tmp_path / f".{i}.safetensors{DESK}").mkdir()
        (tmp_path / f".{i}.safetensors{DESK}" / name).touch()
        refused(one, tmp_path / f"{i}.safetensors", ours, overwrite=overwrite)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for out, link in (
        ("b", Path("b") / DESK),
        ("c", journal_of(Path("c") / DESK)),
        ("d", part_of(journal_of(Path("d") / DESK))),
        ("e", Path(f".e{DESK}-old")),
        ("g.safetensors", Path(f".g.safetensors{DESK}")),
    ):
        if len(link.parts) > 1:
            (tmp_path / out).mkdir()
        (tmp_path / link).symlink_to(elsewhere)
        refused(one, tmp_path / out, ours, overwrite=overwrite)
    (tmp_path / "h").mkdir()
    journal_of(tmp_path / "h" / DESK).touch()
    (tmp_path / "h" / DESK).mkdir()
    (tmp_path / "h" / DESK / "mine.part").touch()
    refused(several, tmp_path / "h", ours, overwrite=overwrite)
    (tmp_path / f".k{DESK}-old").mkdir()
    refused(several, tmp_path / "k", ours, overwrite=overwrite)
    (tmp_path / f".l{DESK}-new").mkdir()
    (tmp_path / f".l{DESK}-new" / "mine.txt").touch()
    sharded(tmp_path / "l", STATE, 2)
    refused(several, tmp_path / "l", ours if overwrite else "which exists", overwrite=overwrite)


@pytest.mark.parametrize(
    ("out", "match"),
    [
        ("", "be a path"),
        ("a\0b", "be a path"),
        ("nowhere/out", "lie in an existing folder"),
        ("x.npz", "be of the input's format, .safetensors"),
    ],
)
def test_paths_that_are_none(one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, match: str) -> None:
    monkeypatch.chdir(tmp_path)
    refused(one, out, match)


def test_several_files_need_a_folder(several: Path, tmp_path: Path) -> None:
    refused(several, tmp_path / "new.safetensors", "name a folder, where there are several files")
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused(several, tmp_path / "file", "name a folder", overwrite=True)


def test_a_folder_that_may_not_be_written(one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    refused(one, tmp_path / "new.safetensors", "lie in a folder that may be written")
