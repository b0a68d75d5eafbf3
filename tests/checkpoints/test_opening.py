"""Which reader a file gets is a matter of its name, and what no reader knows is refused without being opened."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from fire_ref.checkpoints import open_checkpoint
from fire_ref.checkpoints.opening import FOREIGN

from .builders import put, refused

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


class Trap:
    """What creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


def saved(folder: Path) -> dict[str, Path]:
    """Write the same array as each kind of checkpoint."""
    save_file({"w": VALUES}, folder / "model.safetensors")
    np.savez(folder / "model.npz", w=VALUES)
    put(folder, "model.safetensors.index.json", b'{"weight_map":{"w":"model.safetensors"}}')
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["model.safetensors", "model.npz", "model.safetensors.index.json"])
def test_each_kind_of_checkpoint_is_opened_by_its_name(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path)[name]
    for given in (path, str(path), Path(os.path.relpath(path))):
        (stored,) = open_checkpoint("audit", given)
        assert (stored.name, stored.shape, stored.dtype, stored.trouble) == ("w", (2, 3), "float32", None)
        assert np.array_equal(stored.read(), VALUES)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("model.safetensors", "MODEL.SafeTensors"),
        ("model.npz", "a b.c.NPZ"),
        ("model.safetensors.index.json", "x.INDEX.Json"),
        ("model.safetensors", ".safetensors"),
        ("model.npz", "ä\u202e.npz"),
    ],
)
def test_small_and_capital_letters_are_the_same(tmp_path: Path, name: str, other: str) -> None:
    path = saved(tmp_path)[name].rename(tmp_path / other)
    if name.endswith(".json"):
        (tmp_path / "MODEL.SafeTensors").symlink_to("model.safetensors")
    (stored,) = open_checkpoint("audit", path)
    assert np.array_equal(stored.read(), VALUES)


@pytest.mark.parametrize("name", ["model.safetensors", "model.npz", "model.safetensors.index.json"])
def test_a_name_that_promises_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    found = saved(tmp_path)
    for other in set(found) - {name}:
        refused(put(tmp_path, f"other-{other}", found[name].read_bytes()))


@pytest.mark.parametrize("suffix", [*FOREIGN, ".PT", ".Bin"])
def test_a_format_of_pickles_is_refused_without_unpickling(tmp_path: Path, suffix: str) -> None:
    trap = tmp_path / "trap"
    path = put(tmp_path, f"model{suffix}", pickle.dumps({"w": Trap(trap)}))
    text = refused(path)
    assert "must end in .safetensors, .safetensors.index.json or .npz" in text
    assert "saving it as safetensors with the library that wrote it: nothing here is ever unpickled" in text
    assert not trap.exists()
    pickle.loads(path.read_bytes())["w"].close()
    assert trap.exists(), "the trap works, so that its silence means something"


def test_formats_of_pickles_are_known_by_name() -> None:
    assert {".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib"} <= set(FOREIGN)


@pytest.mark.parametrize(
    "name", ["model", "model.txt", "model.npy", "model.zip", "model.safetensors.bak", "npz", "safetensors"]
)
def test_an_unknown_name_is_refused_without_a_word_about_pickles(tmp_path: Path, name: str) -> None:
    text = refused(put(tmp_path, name, b"1"))
    assert "must end in .safetensors, .safetensors.index.json or .npz" in text
    assert text.endswith("Try saving it as safetensors.")


@pytest.mark.parametrize("name", ["w.safetensors", "w.safetensors.index.json", "w.npz", "w.pt", "w"])
def test_whatever_the_name_a_path_without_a_file_has_its_own_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert "no such file" in refused(path, FileNotFoundError)
    assert "be a path" in refused(tmp_path / f"a\0{name}", named=rf"a\x00{name}")
    path.touch()
    assert "an empty file" in refused(path)
    path.unlink()
    path.mkdir()
    put(path, "inside.npz", b"1")
    assert refused(path, IsADirectoryError).endswith(f"got a folder. Try {path / 'inside.npz'}.")
    path.rename(tmp_path / "away")
    os.mkfifo(path)
    assert "a device or pipe" in refused(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "a device or pipe" in refused(path)


@pytest.mark.parametrize("name", ["w.safetensors", "w.safetensors.index.json", "w.npz", "w.pt"])
def test_whatever_the_name_a_file_without_permission_has_its_own_reason(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, name, b"12345678")
    if os.geteuid() == 0:  # whom no permission stops

        def denied(*_: Any, **__: Any) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
    else:
        path.chmod(0)
    assert "no permission" in refused(path, PermissionError)


def test_an_empty_path_is_this_folder() -> None:
    refused(Path(""), IsADirectoryError, named="audit: .")


def test_the_function_that_asks_is_named(tmp_path: Path) -> None:
    for function in ("audit", "fire", "anything at all"):
        with pytest.raises(FileNotFoundError, match=rf"^{function}: "):
            open_checkpoint(function, tmp_path / "w.npz")
