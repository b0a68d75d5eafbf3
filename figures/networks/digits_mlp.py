"""
Train the digits MLP that ships with fire_ref: 64-96-96-10, ReLU, Adam, on scikit-learn's 8 x 8 digits.

`python -m figures.networks.digits_mlp [--out FILE]` writes the three weights and biases as safetensors. NumPy
only, one seed, float64 arithmetic rounded to float32 at the end, so that the same processor and library versions give
the same bits; elsewhere the test accuracy is the same to about half a per cent.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from . import training
from .training import Array, State, residual

WIDTHS = (64, 96, 96, 10)


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
    delta = residual(layers[-1], labels)
    found: State = {}
    for i in range(len(WIDTHS) - 1, 0, -1):
        found[f"fc{i}.weight"] = delta.T @ layers[i - 1]
        found[f"fc{i}.bias"] = delta.sum(axis=0)
        delta = (delta @ state[f"fc{i}.weight"]) * (layers[i - 1] > 0)
    return found


NETWORK = training.Network(
    name="digits_mlp",
    title="digits MLP 64-96-96-10",
    initial=initial,
    logits=lambda state, images: forward(state, images)[-1],
    gradient=gradient,
    epochs=60,
    rate=1e-3,
)

if __name__ == "__main__":
    # Without training.provenance(): this file's checksum is older than that function.
    training.write(NETWORK, __doc__, {})
