"""A published network rewritten by the command, as the library that wrote it reads it: MiniLM, in several files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from threadpoolctl import threadpool_limits

import fire_ref
from figures.published import weights
from fire_ref.cli import main

from ..backends import REQUIRED

INDEX = "model.safetensors.index.json"


def sharded(folder: Path, state: dict[str, np.ndarray]) -> Path:  # type: ignore[type-arg] # of any dtype
    """Write it in three files by the format's own library, and return the index."""
    folder.mkdir()
    where = {}
    for i, names in enumerate(np.array_split(list(state), 3)):
        file = f"model-{i + 1:05d}-of-00003.safetensors"
        save_file({str(name): state[name] for name in names}, folder / file, {"format": "pt"})
        where |= {str(name): file for name in names}
    index = folder / INDEX
    index.write_text(json.dumps({"metadata": {}, "weight_map": where}), encoding="utf-8")
    return index


def test_minilm_is_rewritten_and_read_again(tmp_path: Path) -> None:
    try:
        state = weights("minilm")
    except ConnectionError as error:
        if "network" in REQUIRED:
            pytest.fail(str(error))
        pytest.skip(str(error))
    index, out = sharded(tmp_path / "in", state), tmp_path / "out"
    command = ["reinit", str(index), "-o", str(out), "--recipe", "auto", "--json", str(tmp_path / "r.json")]
    assert main(command) == 0
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert told["recipe"] == "bert"
    assert "told by" in told["source"]
    matrices = {name for name, W in state.items() if W.ndim == 2 and "embeddings" not in name}
    assert set(told["changed"]) == matrices
    assert len(matrices) >= 36
    found = {}
    for path in sorted(out.glob("*.safetensors")):
        old = index.parent / path.name
        base = 8 + int.from_bytes(old.read_bytes()[:8], "little")
        assert path.read_bytes()[:base] == old.read_bytes()[:base], "the header, as the library wrote it"
        found |= load_file(path)
    assert found.keys() == state.keys()
    assert (out / INDEX).read_bytes() == index.read_bytes()
    for name in state:
        if name in matrices:
            with threadpool_limits(1, user_api="blas"):
                wanted = fire_ref.fire(state[name], method="newton-schulz", steps=5)
            assert found[name].tobytes() == wanted.tobytes(), name
        else:
            assert found[name].tobytes() == state[name].tobytes(), name
