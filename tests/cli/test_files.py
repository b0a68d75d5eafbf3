"""A file appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fire_ref.cli.files import written


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

    with pytest.raises(OSError, match=r"^missing/numbers\.json cannot be written: No such file or directory$"):
        attempt()
