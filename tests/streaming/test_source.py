"""A checkpoint as files: where each tensor lies, what tells one input from another, and reading it elsewhere."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from fire_ref.checkpoints import open_checkpoint
from fire_ref.streaming.source import read_source

from .networks import State, language, loaded, saved, sharded


def test_each_tensor_is_where_it_says(tmp_path: Path, rng: np.random.Generator) -> None:
    index = sharded(tmp_path / "in", language(rng))
    source = read_source("f", index)
    assert [tensor.name for tensor in source.tensors] == [one.name for one in open_checkpoint("f", index)]
    assert source.index == index
    assert source.suffix == ".safetensors"
    holder = source.holder()
    for shard in source.shards:
        assert shard.size == shard.path.stat().st_size
        raw = shard.path.read_bytes()
        for name, array in loaded(shard.path).items():
            kept = holder[name][1]
            assert source.shards[holder[name][0]] is shard
            assert raw[kept.begin : kept.end] == array.tobytes()


def test_paths_hold_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    sharded(tmp_path / "in", language(rng))
    monkeypatch.chdir(tmp_path / "in")
    source = read_source("f", "model.safetensors.index.json")
    monkeypatch.chdir("/")
    assert all(path.is_absolute() and path.exists() for path in source.files)


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_a_tensor_is_read_in_another_process(tmp_path: Path, rng: np.random.Generator, suffix: str) -> None:
    state: State = {"a": rng.standard_normal((3, 4)).astype("f4"), "b": np.asfortranarray(rng.standard_normal((2, 3)))}
    path = tmp_path / f"m{suffix}"
    saved(path, state) if suffix == ".safetensors" else np.savez(path, **state)
    source = pickle.loads(pickle.dumps(read_source("f", path)))
    assert source.suffix == suffix
    for tensor in source.tensors:
        assert np.array_equal(tensor.read(), state[tensor.name])


def test_an_archive_tells_how_its_numbers_are_spelled(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", a=np.zeros((2, 3), ">f4"), b=np.zeros((2, 3), order="F"), c=np.array(["x"]))
    (shard,) = read_source("f", tmp_path / "m.npz").shards
    assert [(kept.dtype, kept.fortran) for kept in shard.kept] == [(">f4", False), ("<f8", True), ("", False)]


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_the_digest_is_of_what_tells_names_and_shapes(tmp_path: Path, suffix: str) -> None:
    def digest(state: State) -> str:
        path = tmp_path / f"m{suffix}"
        saved(path, state) if suffix == ".safetensors" else np.savez(path, **state)
        return read_source("f", path).shards[0].digest

    first = digest({"a": np.zeros((2, 3))})
    assert digest({"a": np.zeros((2, 3))}) == first
    assert digest({"b": np.zeros((2, 3))}) != first
    if suffix == ".safetensors":
        assert digest({"a": np.ones((2, 3))}) == first, "not of the values"
        assert digest({"a": np.zeros((3, 2))}) != first
