"""The small trained networks that ship with the package; `figures/networks` holds the scripts that made them."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
from safetensors.numpy import load


def digits_mlp() -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
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
    return dict(load(files(__name__).joinpath("digits_mlp.safetensors").read_bytes()))
