"""Small networks whose audits say something, and files that hold them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..strategies import Matrix, orthonormal, with_spectrum

State = dict[str, Any]


def ordinary(rng: np.random.Generator) -> State:
    """A network of three kinds of layer, no two of one condition, names that sort by number and not by letter."""
    return {
        "block.2.weight": with_spectrum(rng, 12, 12, np.geomspace(3, 0.01, 12)),
        "block.10.weight": with_spectrum(rng, 12, 6, np.geomspace(2, 0.05, 6)),
        "block.1.weight": 0.1 * rng.standard_normal((4, 3, 3, 3)),
        "block.1.bias": np.zeros(4),
        "head.weight": with_spectrum(rng, 5, 12, np.geomspace(4, 0.1, 5)),
    }


def orthogonal(rng: np.random.Generator, n: int) -> Matrix:
    """An n x n orthogonal matrix."""
    return orthonormal(rng, n, n)


def safetensors(path: Path, state: Mapping[str, Any]) -> Path:
    """Write a safetensors file by hand, any name allowed."""
    header: dict[str, Any] = {}
    blocks: list[bytes] = []
    at = 0
    for name, array in state.items():
        data = np.ascontiguousarray(array).tobytes()
        kind = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16"}[array.dtype.name]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + len(data)]}
        blocks.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))
    return path
