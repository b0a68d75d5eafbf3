"""What is wrong with a path is said in one line, before anything is read of it, and without waiting for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fire_ref.checkpoints.faults import AGAIN, refuse, size_of

from .builders import limited, put, said


def trouble(path: Path, kind: type[Exception], named: str | None = None) -> str:
    """Ask for the size of what has none; return what was said."""
    with limited(30), pytest.raises(kind) as caught:
        size_of("audit", path)
    return said(caught.value, path.name if named is None else named)


@pytest.mark.parametrize("size", [1, 8, 100_000])
def test_the_size_of_a_file_is_its_bytes(tmp_path: Path, size: int) -> None:
    assert size_of("audit", put(tmp_path, "w.npz", bytes(size))) == size


def test_a_link_is_the_file_that_it_points_to(tmp_path: Path) -> None:
    put(tmp_path, "blob", b"12345")
    (tmp_path / "w.safetensors").symlink_to("blob")
    assert size_of("audit", tmp_path / "w.safetensors") == 5


def test_a_refusal_names_the_function_the_file_the_kind_the_trouble_and_the_advice() -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        refuse("audit", Path("folder/w.npz"), "a whole .npz archive", "two\nlines \x1b[2J", "something else")
    wanted = "audit: folder/w.npz must be a whole .npz archive; got two lines \\x1b[2J. Try something else."
    assert str(caught.value) == wanted
    with pytest.raises(ValueError, match=rf"Try {AGAIN}\.$"):
        refuse("audit", Path("w.npz"), "a whole .npz archive", "half of one")


def test_a_long_trouble_is_cut() -> None:
    with pytest.raises(ValueError, match=r"\.\.\.") as caught:
        refuse("audit", Path("w.npz"), "whole", "x" * 10_000)
    assert len(str(caught.value)) < 250


def test_a_missing_file_does_not_exist(tmp_path: Path) -> None:
    for name in ("w.safetensors", "folder/w.safetensors", "w"):
        assert "must exist; got no such file" in trouble(tmp_path / name, FileNotFoundError)


def test_a_link_to_nothing_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").symlink_to("gone")
    assert "must exist" in trouble(tmp_path / "w.safetensors", FileNotFoundError)


def test_a_link_to_itself_is_not_followed_for_ever(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").symlink_to("w.safetensors")
    assert "must be readable" in trouble(tmp_path / "w.safetensors", OSError)


def test_a_file_below_a_file_is_not_readable(tmp_path: Path) -> None:
    put(tmp_path, "w.npz", b"1")
    assert "must be readable" in trouble(tmp_path / "w.npz" / "a", NotADirectoryError, "w.npz")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    assert "must be readable" in trouble(tmp_path / ("a" * 5000), OSError)
    assert "checkpoint must be a path" in trouble(tmp_path / "a\0b.npz", ValueError, r"a\x00b.npz")
    assert "checkpoint must be a path" in trouble(tmp_path / "a\ud800.npz", ValueError, r"a\ud800.npz")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert "must hold something; got an empty file" in trouble(put(tmp_path, "w.npz", b""), ValueError)


def test_a_file_without_permission_is_not_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "w.safetensors", b"12345678")
    if os.geteuid() == 0:  # whom no permission stops

        def denied(*_: Any, **__: Any) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
    else:
        path.chmod(0)
    assert "must be readable; got no permission. Try chmod" in trouble(path, PermissionError)


def test_a_folder_names_the_checkpoint_inside_an_index_before_anything_else(tmp_path: Path) -> None:
    assert "must be a file; got a folder. Try a .safetensors or .npz file." in trouble(tmp_path, IsADirectoryError)
    put(tmp_path, "a.bin", b"1")
    assert trouble(tmp_path, IsADirectoryError).endswith("Try a .safetensors or .npz file.")
    for name, best in [
        ("c.npz", "c.npz"),
        ("b.npz", "b.npz"),
        ("z.safetensors.index.json", "z.safetensors.index.json"),
    ]:
        put(tmp_path, name, b"1")
        assert trouble(tmp_path, IsADirectoryError).endswith(f"Try {tmp_path / best}.")
    put(tmp_path, "a.safetensors", b"1")
    assert trouble(tmp_path, IsADirectoryError).endswith(f"Try {tmp_path / 'z.safetensors.index.json'}.")


def test_a_folder_that_may_not_be_listed_is_a_folder_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert "got a folder. Try a .safetensors or .npz file." in trouble(tmp_path, IsADirectoryError)


def test_a_pipe_is_refused_without_waiting_for_who_writes_to_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.safetensors")
    assert "must be an ordinary file; got a device or pipe" in trouble(tmp_path / "w.safetensors", ValueError)


def test_a_device_is_refused_without_reading_it(tmp_path: Path) -> None:
    (tmp_path / "w.npz").symlink_to("/dev/zero")
    for path in (Path("/dev/zero"), Path("/dev/null"), tmp_path / "w.npz"):
        assert "must be an ordinary file" in trouble(path, ValueError)


@pytest.mark.parametrize("name", ["two\nlines.npz", "\x1b[2J.npz", "a\r.npz"])
def test_a_name_of_control_characters_is_shown_and_not_obeyed(tmp_path: Path, name: str) -> None:
    shown = repr(name)[1:-1]
    trouble(tmp_path / name, FileNotFoundError, shown)
    trouble(put(tmp_path, name, b""), ValueError, shown)
    assert shown in trouble(tmp_path, IsADirectoryError)
    with pytest.raises(ValueError, match=r".") as caught:
        refuse("audit", tmp_path / name, "whole", "half")
    said(caught.value, shown)
