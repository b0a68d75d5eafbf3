"""A file appears whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fire_ref.cli.files import check_target, targets, written


def test_success_replaces_the_target(tmp_path: Path) -> None:
    target = tmp_path / "numbers.json"
    target.write_text("old")
    with written(target) as part:
        assert target.read_text() == "old"
        part.write_text("new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]


def test_failure_leaves_the_target_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "numbers.json"
    target.write_text("old")

    def interrupted() -> None:
        with written(target) as part:
            part.write_text("ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]


def test_permissions_are_those_of_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with written(tmp_path / "ours") as part:
        part.touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_cannot_be_written_is_named_and_not_our_temporary_file() -> None:
    def attempt() -> None:
        with written(Path("missing/numbers.json")):
            pass

    with pytest.raises(OSError, match=r"missing/numbers\.json cannot be written: No such file or directory$"):
        attempt()


def test_a_link_keeps_pointing_where_it_does(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    with written(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_pipe_stays_a_pipe_and_gets_the_text(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with written(pipe) as part:
        part.write_text("numbers")
    assert pipe.is_fifo()
    assert os.read(reader, 100) == b"numbers"
    os.close(reader)


@pytest.mark.parametrize("name", ["", "folder", "missing/x", "a\0b"])
def test_a_target_that_cannot_be_written_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match=r"^demo: --json must .*; got "):
        check_target("demo", "--json", tmp_path / name if name else Path(name))


def test_what_is_not_asked_for_has_no_target(tmp_path: Path) -> None:
    given = {"--json": None, "--html": "-", "--plot": str(tmp_path / "a.png")}
    assert targets("audit", given) == [None, None, tmp_path / "a.png"]
    assert targets("audit", {}) == []


def test_every_target_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^audit: --html must lie in an existing folder; got "):
        targets("audit", {"--json": str(tmp_path / "a"), "--html": str(tmp_path / "missing" / "a")})


@pytest.mark.parametrize("second", ["one", "./one", "folder/../one", "link", "up/one"])
def test_two_targets_are_two_files_whatever_they_are_called(
    second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("one")
    (tmp_path / "up").symlink_to(tmp_path)
    with pytest.raises(ValueError, match=r"^audit: --html must be another file than --json; got "):
        targets("audit", {"--json": "one", "--html": second})
    assert targets("audit", {"--json": "one", "--html": "folder/one"}) == [Path("one"), Path("folder/one")]


@pytest.mark.parametrize("name", ["model.npz", "link.npz"])
def test_what_is_read_is_no_target(name: str, tmp_path: Path) -> None:
    (tmp_path / "model.npz").touch()
    (tmp_path / "link.npz").symlink_to("model.npz")
    for read in ("model.npz", "link.npz"):
        with pytest.raises(ValueError, match=r"^audit: --json must be another file than the file that is read; got "):
            targets("audit", {"--json": str(tmp_path / name)}, [str(tmp_path / read)])
    assert targets("audit", {"--json": str(tmp_path / "a")}, [str(tmp_path / name)]) == [tmp_path / "a"]


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may write everywhere
    with pytest.raises(ValueError, match=r"^demo: --json must lie in a folder that may be written; got "):
        check_target("demo", "--json", tmp_path / "a")
