"""
Train the digits convolutional network that ships with fire_ref, on scikit-learn's 8 x 8 digits.

Three 3 x 3 convolutions with 16, 32 and 32 channels, zero outside the image, each with ReLU; the second and the third
end in the mean over 2 x 2 pixels; one fully connected layer to the ten classes. Kernels are written (out, in, height,
width), and the columns of `fc.weight` run over (channel, height, width), as PyTorch flattens. In training every image
moves by up to one pixel; that, the rate and the epochs were chosen on the last fifth of the training images.

`python -m figures.networks.digits_conv [--out FILE]` writes the weights and biases as safetensors. NumPy only, one
seed, one BLAS thread, float64 arithmetic rounded to float32 at the end, so that the same processor and library
versions give the same bits (the file names them); elsewhere the test accuracy is the same to about half a per cent.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from . import training
from .training import Array, State, residual

CHANNELS = {"conv1": (1, 16), "conv2": (16, 32), "conv3": (32, 32)}
POOLED = ("conv2", "conv3")
SIDE, CLASSES = 8, 10


def initial(rng: np.random.Generator) -> State:
    """He-initialised weights (out, in, 3, 3) and (out, in), zero biases."""
    features = CHANNELS["conv3"][1] * (SIDE // 2 ** len(POOLED)) ** 2
    shapes = {name: (m, n, 3, 3) for name, (n, m) in CHANNELS.items()} | {"fc": (CLASSES, features)}
    state: State = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"] = rng.standard_normal(shape) * (2 / np.prod(shape[1:])) ** 0.5
        state[f"{name}.bias"] = np.zeros(shape[0])
    return state


def patches(x: Array) -> Array:
    """Return one row (channel, 3, 3) per pixel of channel-last images, zero outside them."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return sliding_window_view(padded, (3, 3), axis=(1, 2)).reshape(-1, 9 * x.shape[-1])


def convolved(x: Array, kernel: Array) -> Array:
    """Cross-correlate channel-last images with a kernel (out, in, 3, 3)."""
    return (patches(x) @ kernel.reshape(len(kernel), -1).T).reshape(*x.shape[:3], len(kernel))


def pooled(x: Array) -> Array:
    """Return the means over 2 x 2 pixels of channel-last images."""
    n, height, width, channels = x.shape
    return np.asarray(x.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4)))


def spread(delta: Array) -> Array:
    """Apply the transpose of `pooled`: each pixel gets a quarter of its mean's gradient."""
    return delta.repeat(2, axis=1).repeat(2, axis=2) / 4


def forward(state: State, images: Array) -> tuple[State, State, Array]:
    """Return the layers' inputs, the activations of the convolutions before pooling, and the logits."""
    inputs: State = {}
    active: State = {}
    x = images.reshape(-1, SIDE, SIDE, 1)
    for name in CHANNELS:
        inputs[name] = x
        active[name] = np.maximum(convolved(x, state[f"{name}.weight"]) + state[f"{name}.bias"], 0)
        x = pooled(active[name]) if name in POOLED else active[name]
    inputs["fc"] = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
    return inputs, active, inputs["fc"] @ state["fc.weight"].T + state["fc.bias"]


def gradient(state: State, images: Array, labels: Array) -> State:
    """Gradient of the mean cross-entropy by backpropagation."""
    inputs, active, logits = forward(state, images)
    delta = residual(logits, labels)
    found: State = {"fc.weight": delta.T @ inputs["fc"], "fc.bias": delta.sum(axis=0)}
    n, height, width, channels = pooled(active["conv3"]).shape
    delta = (delta @ state["fc.weight"]).reshape(n, channels, height, width).transpose(0, 2, 3, 1)
    for name in reversed(CHANNELS):
        delta = (spread(delta) if name in POOLED else delta) * (active[name] > 0)
        kernel, rows = state[f"{name}.weight"], delta.reshape(-1, delta.shape[-1])
        found[f"{name}.weight"] = (rows.T @ patches(inputs[name])).reshape(kernel.shape)
        found[f"{name}.bias"] = rows.sum(axis=0)
        if name != "conv1":  # nobody asks for the gradient by the image
            # The transpose of a cross-correlation: the kernel turned by 180 degrees, in and out exchanged.
            delta = convolved(delta, kernel[:, :, ::-1, ::-1].swapaxes(0, 1))
    return found


def moved(rng: np.random.Generator, images: Array) -> Array:
    """Move every image by -1, 0 or 1 pixel along each axis, zero where nothing moves in."""
    padded = np.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    down, right = rng.integers(0, 3, size=(2, len(images)))
    windows = sliding_window_view(padded, (SIDE, SIDE), axis=(1, 2))
    return np.asarray(windows[np.arange(len(images)), down, right])


NETWORK = training.Network(
    name="digits_conv",
    title="digits convolutional 16-32-pool-32-pool-10",
    initial=initial,
    logits=lambda state, images: forward(state, images)[-1],
    gradient=gradient,
    epochs=60,
    rate=3e-3,
    vary=moved,
)

if __name__ == "__main__":
    training.write(NETWORK, __doc__, training.provenance())
