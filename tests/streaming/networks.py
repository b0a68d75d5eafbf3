"""Checkpoints made for tests: all dtypes, tied names across shards, what is computed and what is copied."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
from threadpoolctl import threadpool_limits

from fire_ref import reinitialize
from fire_ref.streaming.orders import Outcome
from fire_ref.streaming.plan import Plan, plan
from fire_ref.streaming.request import Request
from fire_ref.streaming.running import reserved, run

from ..checkpoints.builders import framed, tensor

State = dict[str, np.ndarray[Any, Any]]
FUNCTION = "fire-ref reinit"
INDEX = "model.safetensors.index.json"
SPELLED = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "int32": "I32",
    "int64": "I64",
    "bool": "BOOL",
}
NAMED = {spelled: np.dtype(getattr(ml_dtypes, name, name)) for name, spelled in SPELLED.items()}


def language(rng: np.random.Generator, blocks: int = 3, width: int = 12) -> State:
    """Return a little nanoGPT, its head tied to its embedding, with what is never computed beside it."""
    table = rng.standard_normal((20, width)).astype("f4")
    state: State = {"transformer.wte.weight": table, "transformer.wpe.weight": rng.standard_normal((8, width))}
    for i in range(blocks):
        at = f"transformer.h.{i}"
        state[f"{at}.attn.c_attn.weight"] = rng.standard_normal((3 * width, width)).astype("f4")
        state[f"{at}.attn.c_proj.weight"] = rng.standard_normal((width, width)).astype(ml_dtypes.bfloat16)
        state[f"{at}.mlp.c_fc.weight"] = rng.standard_normal((4 * width, width)).astype("f2")
        state[f"{at}.mlp.c_proj.weight"] = rng.standard_normal((width, 4 * width))
        state[f"{at}.attn.bias"] = np.tril(np.ones((1, 1, 8, 8), bool))
        state[f"{at}.ln.weight"] = rng.standard_normal(width).astype("f4")
        state[f"{at}.scale"] = rng.integers(0, 9, (5, 3)).astype("i4")
        state[f"{at}.quantised.weight"] = rng.standard_normal((6, 6)).astype(ml_dtypes.float8_e4m3fn)
        state[f"{at}.empty"] = np.zeros((0, 4), "f4")
    return state | {"lm_head.weight": table.copy()}


def sharded(folder: Path, state: State, count: int = 4) -> Path:
    """Write a checkpoint in several files, in the order of the state, and return its index."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(state)
    where = {}
    for i in range(count):
        file = f"model-{i + 1:05d}-of-{count:05d}.safetensors"
        part = names[i * len(names) // count : (i + 1) * len(names) // count]
        saved(folder / file, {name: state[name] for name in part}, {"format": "pt", "zz": "ß", "shard": str(i)})
        where |= dict.fromkeys(part, file)
    total = sum(array.nbytes for array in state.values())
    index = folder / INDEX
    index.write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": where}, indent=2) + "\n")
    return index


def saved(path: Path, state: State, metadata: dict[str, str] | None = None) -> Path:
    """Write one safetensors file, the header spelled as no library does, and return its path."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    at = 0
    for name, array in state.items():
        header[name] = tensor(SPELLED[array.dtype.name], array.shape, at, at + array.nbytes)
        at += array.nbytes
    text = json.dumps(header, ensure_ascii=False, indent=1).encode() + b"   "
    path.write_bytes(framed(text, b"".join(array.tobytes() for array in state.values())))
    return path


def loaded(path: Path) -> State:
    """Read one safetensors file, by nothing of this package."""
    raw = path.read_bytes()
    base = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:base])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(raw[base + told["data_offsets"][0] : base + told["data_offsets"][1]], NAMED[told["dtype"]])
        .reshape(told["shape"])
        .copy()
        for name, told in sorted(header.items(), key=lambda item: item[1]["data_offsets"])
    }


def in_order(index: Path) -> State:
    """Return the state as a reader of the files lists it: shard after shard, float8 left out."""
    found: State = {}
    for path in sorted(index.parent.glob("*.safetensors")):
        found |= {name: array for name, array in loaded(path).items() if "quantised" not in name}
    return found


def expected(state: State, recipe: Any, **options: Any) -> State:
    """Return what the library makes of the same arrays in memory, with one BLAS thread."""
    with threadpool_limits(1, user_api="blas"):
        new: State = reinitialize(state, recipe, **options)[0]
    return new


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def planned(checkpoint: Path, out: Path, recipe: str = "gpt", **options: Any) -> tuple[Plan, Request]:
    """Return a plan, and what was asked."""
    request = Request(str(checkpoint), str(out), recipe, **options)
    return plan(FUNCTION, request), request


def rewritten(checkpoint: Path, out: Path, recipe: str = "gpt", **options: Any) -> dict[str, Outcome]:
    """Rewrite a checkpoint in this process, and return what came of each tensor that was made."""
    found, request = planned(checkpoint, out, recipe, **options)
    return run(FUNCTION, found, request, reserved(FUNCTION, found, request))[1]
