"""What the scripts of this folder share: the digits, Adam, the accuracy, a file with the same bytes at every run."""

from __future__ import annotations

import argparse
import json
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import save
from threadpoolctl import threadpool_info, threadpool_limits

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
State: TypeAlias = dict[str, Array]

BATCH, SEED = 64, 0
TEST = 360  # the last fifth of 1797 images, as the data set orders them


def unchanged(_: np.random.Generator, images: Array) -> Array:
    """Return the images of a batch as they are."""
    return images


@dataclass(frozen=True)
class Network:
    """What training needs to know: where to start, how to evaluate and differentiate, how long, how fast, on what."""

    name: str
    title: str
    initial: Callable[[np.random.Generator], State]
    logits: Callable[[State, Array], Array]
    gradient: Callable[[State, Array, Array], State]
    epochs: int
    rate: float
    vary: Callable[[np.random.Generator, Array], Array] = unchanged  # what happens to the images of each batch


def digits() -> tuple[Array, Array]:
    """Return images (1797, 64) scaled to [0, 1] and their labels."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.asarray(data.data) / 16.0, np.asarray(data.target)


def residual(logits: Array, labels: Array) -> Array:
    """Gradient of the mean cross-entropy by the logits: softmax minus the one-hot labels, over their number."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    delta: Array = shifted / shifted.sum(axis=1, keepdims=True)
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    return delta


def train(network: Network) -> State:
    """Train with Adam and return the state in float32."""
    # One thread: OpenBLAS's AVX-512 kernels round these products differently on two, and threads that outnumber the
    # cores wait for one another.
    with threadpool_limits(limits=1, user_api="blas"):
        state = descend(network)
    return {name: value.astype(np.float32) for name, value in state.items()}


def descend(network: Network) -> State:
    """Train with Adam and return the state in float64."""
    images, labels = digits()
    images, labels = images[:-TEST], labels[:-TEST]
    rng = np.random.default_rng(SEED)
    state = network.initial(rng)
    mean = {name: np.zeros_like(value) for name, value in state.items()}
    square = {name: np.zeros_like(value) for name, value in state.items()}
    step = 0
    for _ in range(network.epochs):
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            step += 1
            chosen = order[start : start + BATCH]
            batch = network.vary(rng, images[chosen])
            for name, slope in network.gradient(state, batch, labels[chosen]).items():
                mean[name] = 0.9 * mean[name] + 0.1 * slope
                square[name] = 0.999 * square[name] + 0.001 * slope**2
                direction = (mean[name] / (1 - 0.9**step)) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
                state[name] = state[name] - network.rate * direction
    return state


def accuracy(network: Network, state: State) -> float:
    """Share of the held-out images that are classified correctly."""
    images, labels = digits()
    logits = network.logits({name: value.astype(np.float64) for name, value in state.items()}, images[-TEST:])
    return float((logits.argmax(axis=1) == labels[-TEST:]).mean())


def provenance() -> dict[str, str]:
    """Name what decides the last bits: the release of NumPy, its BLAS with the kernels it chose, the processor."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    # SciPy may have loaded a BLAS of its own; NumPy's is the one that multiplied.
    found.sort(key=lambda library: "numpy" not in Path(library["filepath"]).parent.name)
    blas = " ".join(str(found[0].get(key)) for key in ("internal_api", "version", "architecture")) if found else "none"
    return {"numpy": np.__version__, "blas": blas, "processor": processor()}


def processor() -> str:
    """Name the processor: on Linux with its family and model, because a virtual machine may shorten the name."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    told = dict(re.findall(r"^(model name|cpu family|model)\s*: (.*)$", text, re.MULTILINE))
    if len(told) < 3:
        return platform.processor() or platform.machine()
    return f"{told['model name']} (family {told['cpu family']}, model {told['model']})"


def serialised(state: State, metadata: dict[str, str]) -> bytes:
    """Return the bytes of a safetensors file, its metadata sorted: safetensors itself shuffles them at every run."""
    content = save(state, metadata=metadata)
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end]) | {"__metadata__": dict(sorted(metadata.items()))}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the tensors stay aligned
    return len(text).to_bytes(8, "little") + text + content[end:]


def write(network: Network, description: str | None, more: dict[str, str]) -> None:
    """Read the command line, train, report and write."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(f"fire_ref/weights/{network.name}.safetensors"))
    out = parser.parse_args().out
    state = train(network)
    score = accuracy(network, state)
    temporary = out.with_suffix(".part")
    temporary.write_bytes(serialised(state, {"network": network.title, "test_accuracy": f"{score:.4f}"} | more))
    temporary.replace(out)
    print(f"{out}: test accuracy {score:.4f}")
