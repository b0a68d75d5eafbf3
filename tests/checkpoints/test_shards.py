"""A checkpoint in several files: index and shards agree on every tensor, or nothing is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from fire_ref.checkpoints import shards

from .builders import framed, listed, peak, put, refused, tensor
from .fuzzing import mutated, survived

INDEX = "model.safetensors.index.json"
PARTS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
MAP = {"a": PARTS[0], "b": PARTS[0], "c.weight": PARTS[1], "ä\n": PARTS[1]}


def arrays() -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(7)
    return {name: rng.standard_normal((3, 2)).astype(np.float32) for name in MAP}


def sharded(folder: Path, index: object = None, missing: tuple[str, ...] = ()) -> Path:
    """Write two shards and their index (bytes, or what becomes JSON); return the path of the index."""
    for part in PARTS:
        if part not in missing:
            save_file({name: array for name, array in arrays().items() if MAP[name] == part}, folder / part)
    whole = {"metadata": {"total_size": 96}, "weight_map": MAP} if index is None else index
    return put(folder, INDEX, whole if isinstance(whole, bytes) else json.dumps(whole).encode())


def mapped(**changes: str | None) -> dict[str, Any]:
    """Return an index with some of its places changed; None takes the place away."""
    return {"weight_map": {name: part for name, part in (MAP | changes).items() if part is not None}}


@pytest.mark.parametrize(
    "index",
    [None, {"weight_map": MAP}, {"weight_map": MAP, "metadata": [[{"x": [None, True, -1.5e3, "}"]}]]}],
)
def test_all_shards_are_read_bit_for_bit_whatever_else_the_index_says(tmp_path: Path, index: object) -> None:
    found = listed(sharded(tmp_path, index))
    assert {name: one.read().tobytes() for name, one in found.items()} == {
        name: array.tobytes() for name, array in arrays().items()
    }


def test_shards_come_in_the_order_of_their_names_whatever_the_order_of_the_index(tmp_path: Path) -> None:
    found = [MAP[name] for name in listed(sharded(tmp_path, {"weight_map": dict(reversed(MAP.items()))}))]
    assert found == sorted(found)


def test_one_shard_is_a_sharded_checkpoint_too(tmp_path: Path) -> None:
    save_file({"a": arrays()["a"]}, tmp_path / "w")
    path = put(tmp_path, "w.json", b'{"weight_map":{"a":"w"}}')
    assert np.array_equal(listed(path)["a"].read(), arrays()["a"])


NO_INDICES: dict[str, tuple[object, str]] = {
    "no weight_map": ({"metadata": {}}, "no weight_map, or an empty one"),
    "an empty weight_map": ({"weight_map": {}}, "no weight_map, or an empty one"),
    "nothing": ({}, "no weight_map"),
    "a list": ([MAP], "'{' expected at byte 0"),
    "no JSON": (b"hello", "'{' expected at byte 0"),
    "a renamed safetensors file": (framed({"a": tensor("U8", [0], 0, 0)}), "'{' expected at byte 0"),
    "a weight_map that is a list": ({"weight_map": [["a", PARTS[0]]]}, "'{' expected"),
    "a weight_map that is null": ({"weight_map": None}, "'{' expected"),
    "a shard that is a number": ({"weight_map": {"a": 1}}, "a string expected"),
    "a shard that is a list": ({"weight_map": {"a": [PARTS[0]]}}, "a string expected"),
    "two weight_maps": (b'{"weight_map":{"a":"b"},"weight_map":{"a":"c"}}', "the name 'weight_map' twice"),
    "a tensor twice": (b'{"weight_map":{"a":"b","a":"c"}}', "the name 'a' twice"),
    "a tensor twice, once escaped": (b'{"weight_map":{"a":"b","\\u0061":"c"}}', "the name 'a' twice"),
    "cut": (json.dumps(mapped()).encode()[:-1], "expected"),
    "more after it": (json.dumps(mapped()).encode() + b"}", "more text"),
    "not UTF-8": (b'{"weight_map":{"\xff":"b"}}', "utf-8"),
    "half a character": (b'{"weight_map":{"\\ud800":"b"}}', "surrogate"),
    "open brackets": (b'{"x":' + b"[" * 100_000, "."),
    "open braces": (b'{"weight_map":' * 50_000, "a string expected"),
    "a missing shard": (mapped(b="gone.safetensors"), "got the shard 'gone.safetensors', which is missing"),
    "a tensor in another shard": (mapped(a=PARTS[1]), "'a' in 'model-00002-of-00002.safetensors', which is in 'model"),
    "a tensor in no shard": (mapped(d=PARTS[0]), "'d' in 'model-00001-of-00002.safetensors', which is in none"),
    "a tensor left out": (mapped(b=None), "no place for the tensor 'b' of 'model-00001-of-00002.safetensors'"),
    "a shard whose name is too long": (mapped(b="b" * 5000), "got the shard 'bbb"),
    "a shard with a zero in its name": (mapped(b="b\0"), r"got the shard 'b\x00', which is missing"),
    "a shard with a line break in its name": (mapped(b="b\nc"), r"got the shard 'b\nc', which is missing"),
    "a shard without a name": (mapped(b=""), "'' that is no file name"),
    "this folder": (mapped(b="."), "'.' that is no file name"),
    "the folder above": (mapped(b=".."), "'..' that is no file name"),
    "a shard in the folder above": (mapped(b="../w.safetensors"), "'../w.safetensors' that is no file name"),
    "a shard in a folder": (mapped(b=f"folder/{PARTS[0]}"), "that is no file name"),
    "a shard behind this folder": (mapped(b=f"./{PARTS[0]}"), "that is no file name"),
    "a shard that is a folder's": (mapped(b=f"{PARTS[0]}/"), "that is no file name"),
    "an absolute path": (mapped(b="/etc/passwd"), "'/etc/passwd' that is no file name"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_INDICES)
def test_an_index_that_is_none_or_not_true_is_refused(tmp_path: Path, name: str) -> None:
    index, message = NO_INDICES[name]
    for folder in (tmp_path / "here" / "folder", tmp_path / "here"):
        folder.mkdir(parents=True, exist_ok=True)
        path = sharded(folder, index)
    save_file(arrays(), tmp_path / "w.safetensors")  # what an index must not reach is there
    assert message in refused(path)


def test_a_missing_shard_is_named_and_not_the_tensors_of_it(tmp_path: Path) -> None:
    for part in PARTS:
        path = sharded(tmp_path, missing=(part,))
        (tmp_path / part).unlink(missing_ok=True)
        assert f"got the shard '{part}', which is missing. Try fetching all shards." in refused(path)


def test_a_tensor_in_two_shards_is_refused_whichever_the_index_names(tmp_path: Path) -> None:
    for place in PARTS:
        path = sharded(tmp_path, mapped(a=place))
        save_file({name: arrays()[name] for name in ("a", "c.weight", "ä\n")}, tmp_path / PARTS[1])
        assert f"the tensor 'a' in both '{PARTS[0]}' and '{PARTS[1]}'" in refused(path)


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    path = sharded(tmp_path, mapped(b="link.safetensors"))
    (tmp_path / "link.safetensors").symlink_to(PARTS[0])
    assert "in both" in refused(path)


def test_a_shard_that_is_no_whole_file_is_refused_under_its_own_name(tmp_path: Path) -> None:
    path = sharded(tmp_path)
    raw = (tmp_path / PARTS[1]).read_bytes()
    for broken in (b"", b"abc", raw[:-1], raw + b"\0", b"version https://git-lfs.github.com/spec/v1\n"):
        put(tmp_path, PARTS[1], broken)
        refused(path, named=PARTS[1])
    (tmp_path / PARTS[1]).unlink()
    (tmp_path / PARTS[1]).mkdir()
    refused(path, IsADirectoryError, named=PARTS[1])


def test_a_shard_that_is_a_pipe_or_a_device_is_refused_without_waiting(tmp_path: Path) -> None:
    path = sharded(tmp_path, missing=PARTS)
    (tmp_path / PARTS[0]).symlink_to("/dev/zero")
    assert "a device or pipe" in refused(path, named=PARTS[0])
    (tmp_path / PARTS[0]).unlink()
    os.mkfifo(tmp_path / PARTS[0])
    assert "a device or pipe" in refused(path, named=PARTS[0])


def test_a_shard_with_control_characters_in_its_name_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = sharded(tmp_path, {"weight_map": {"a": "\x1b[2J\n"}})
    put(tmp_path, "\x1b[2J\n", b"123")
    refused(path, named=r"\x1b[2J\n")


def test_an_index_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, INDEX, b"")
    with path.open("r+b") as file:
        file.truncate(shards.LONGEST + 1)
    assert peak(partial(refused, path)) < 1_000_000
    assert f"got {shards.LONGEST + 1} bytes" in refused(path)


@pytest.mark.parametrize("text", [b'{"weight_map":{"' + b"\\u0061" * 900_000, b'{"x":"' + b"\\" * 5_000_000 + b'"}'])
def test_a_large_hostile_index_costs_less_than_four_times_its_size(tmp_path: Path, text: bytes) -> None:
    path = put(tmp_path, INDEX, text)
    assert peak(partial(refused, path)) < 4 * len(text)


def broken(count: int) -> Iterator[bytes]:
    """Yield broken indices of shards that are whole."""
    random = Random(2602_08040)
    for number in range(count):
        valid = {"metadata": {"total_size": 96, "comment": "as long as one likes"}, "weight_map": MAP}
        yield mutated(json.dumps(valid, indent=2 if number % 2 else None).encode(), random)


def test_a_thousand_broken_indices_are_refused_or_true(tmp_path: Path) -> None:
    path = sharded(tmp_path)
    others = sum((tmp_path / part).stat().st_size for part in PARTS)
    counts = survived(path, broken(1000), others)
    assert counts["refused"] > 400
    assert counts["read"] > 50, "damage to what nobody reads is no damage"
    assert counts["refused"] + counts["read"] == 1001


def test_a_reader_without_its_checks_takes_what_must_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant that the table above is for."""
    monkeypatch.setattr(shards, "_require_agreement", lambda *_: None)
    for name in ("a tensor in another shard", "a tensor in no shard", "a tensor left out"):
        assert set(listed(sharded(tmp_path, NO_INDICES[name][0]))) == set(MAP)
