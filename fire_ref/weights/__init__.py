"""The small trained networks that ship with the package; `figures/networks` holds the scripts that made them."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import load

State: TypeAlias = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def digits_mlp() -> State:
    """
    Load the digits MLP: 64-96-96-10, ReLU, trained on scikit-learn's 8 x 8 digits.

    Returns
    -------
    dict of str to ndarray
        float32 weights (out, in) and biases, named fc1 to fc3.

    Examples
    --------
    >>> digits_mlp()["fc2.weight"].shape
    (96, 96)
    """
    return _state("digits_mlp")


def digits_conv() -> State:
    """
    Load the digits convolutional network: three 3 x 3 convolutions with ReLU, two of them pooled, one dense layer.

    Returns
    -------
    dict of str to ndarray
        float32 kernels (out, in, height, width) and biases, named conv1 to conv3, and the weight (out, in) and bias of
        fc.

    Examples
    --------
    >>> digits_conv()["conv2.weight"].shape
    (32, 16, 3, 3)
    """
    return _state("digits_conv")


def shipped() -> State:
    """
    Load every shipped network.

    Returns
    -------
    dict of str to ndarray
        The tensors of `digits_mlp` and `digits_conv`, each name with that of its network and a dot before it.

    Examples
    --------
    >>> state = shipped()
    >>> state["digits_mlp.fc3.weight"].shape, state["digits_conv.fc.weight"].shape
    ((10, 96), (10, 128))
    """
    networks = {"digits_mlp": digits_mlp(), "digits_conv": digits_conv()}
    return {f"{network}.{name}": value for network, state in networks.items() for name, value in state.items()}


def _state(network: str) -> State:
    # safetensors shuffles them at every call.
    return dict(sorted(load(files(__name__).joinpath(f"{network}.safetensors").read_bytes()).items()))
