"""
Train the digits MLP that ships with fire_ref: 64-96-96-10, ReLU, Adam, on scikit-learn's 8 x 8 digits.

`python -m figures.networks.digits_mlp [--out FILE]` writes the three weights and biases as safetensors. NumPy
only, one seed, float64 arithmetic rounded to float32 at the end, so that the same processor and library versions give
the same bits; elsewhere the test accuracy is the same to about half a per cent.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import save_file

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
State: TypeAlias = dict[str, Array]

WIDTHS = (64, 96, 96, 10)
EPOCHS, BATCH, RATE, SEED = 60, 64, 1e-3, 0
TEST = 360  # the last fifth of 1797 images, as the data set orders them


def digits() -> tuple[Array, Array]:
    """Return images (1797, 64) scaled to [0, 1] and their labels."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.asarray(data.data) / 16.0, np.asarray(data.target)


def initial(rng: np.random.Generator) -> State:
    """He-initialised weights (out, in), zero biases."""
    state: State = {}
    for i, (n, m) in enumerate(pairwise(WIDTHS), start=1):
        state[f"fc{i}.weight"] = rng.standard_normal((m, n)) * (2 / n) ** 0.5
        state[f"fc{i}.bias"] = np.zeros(m)
    return state


def forward(state: State, x: Array) -> list[Array]:
    """Return the input, the hidden activations and the logits."""
    layers = [x]
    for i in range(1, len(WIDTHS)):
        z = layers[-1] @ state[f"fc{i}.weight"].T + state[f"fc{i}.bias"]
        layers.append(z if i == len(WIDTHS) - 1 else np.maximum(z, 0))
    return layers


def gradient(state: State, x: Array, labels: Array) -> State:
    """Gradient of the mean cross-entropy by backpropagation."""
    layers = forward(state, x)
    shifted = np.exp(layers[-1] - layers[-1].max(axis=1, keepdims=True))
    delta = shifted / shifted.sum(axis=1, keepdims=True)
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    found: State = {}
    for i in range(len(WIDTHS) - 1, 0, -1):
        found[f"fc{i}.weight"] = delta.T @ layers[i - 1]
        found[f"fc{i}.bias"] = delta.sum(axis=0)
        delta = (delta @ state[f"fc{i}.weight"]) * (layers[i - 1] > 0)
    return found


def train() -> State:
    """Train with Adam and return the state in float32."""
    images, labels = digits()
    images, labels = images[:-TEST], labels[:-TEST]
    rng = np.random.default_rng(SEED)
    state = initial(rng)
    mean = {name: np.zeros_like(value) for name, value in state.items()}
    square = {name: np.zeros_like(value) for name, value in state.items()}
    step = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            step += 1
            chosen = order[start : start + BATCH]
            for name, slope in gradient(state, images[chosen], labels[chosen]).items():
                mean[name] = 0.9 * mean[name] + 0.1 * slope
                square[name] = 0.999 * square[name] + 0.001 * slope**2
                direction = (mean[name] / (1 - 0.9**step)) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
                state[name] = state[name] - RATE * direction
    return {name: value.astype(np.float32) for name, value in state.items()}


def accuracy(state: State) -> float:
    """Share of the held-out images that are classified correctly."""
    images, labels = digits()
    logits = forward({name: value.astype(np.float64) for name, value in state.items()}, images[-TEST:])[-1]
    return float((logits.argmax(axis=1) == labels[-TEST:]).mean())


def main() -> None:
    """Train, report and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("fire_ref/weights/digits_mlp.safetensors"))
    out = parser.parse_args().out
    state = train()
    score = accuracy(state)
    temporary = out.with_suffix(".part")
    save_file(state, temporary, metadata={"network": "digits MLP 64-96-96-10", "test_accuracy": f"{score:.4f}"})
    temporary.replace(out)
    print(f"{out}: test accuracy {score:.4f}")


if __name__ == "__main__":
    main()
