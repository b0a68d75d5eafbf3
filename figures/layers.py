"""The real networks that figures and answers speak of, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from fire_ref.layout import parse
from fire_ref.weights import digits_conv, digits_mlp

from .published import PUBLISHED, weights
from .settings import Settings

#: Name -> what it is.
NETWORKS = {
    "digits-mlp": "the shipped digits MLP",
    "digits-conv": "the shipped digits convolutional network",
    **{name: one.about for name, one in PUBLISHED.items()},
}


class Layer(NamedTuple):
    """
    One weight of a network.

    Attributes
    ----------
    network, name : str
        Where it is from.
    tensor : array
        As stored: (out, in), or (out, in, height, width).
    matrices : array, shape (taps, out, in)
        What FIRE acts on: one matrix for each tap of a kernel, or the one.
    gain : float
        sqrt(out / in) / taps, the official code's.
    """

    network: str
    name: str
    tensor: Any
    matrices: Any
    gain: float

    @property
    def rank(self) -> int:
        """The number of singular values of all its matrices: what DfI is divided by to compare layers."""
        taps, m, n = self.matrices.shape
        return int(taps * min(m, n))


@cache
def network(name: str) -> Mapping[str, np.ndarray[Any, np.dtype[Any]]]:
    """Return the matrices and kernels of a network, without lookup tables: FIRE never takes an embedding."""
    whole = digits_mlp() if name == "digits-mlp" else digits_conv() if name == "digits-conv" else weights(name)
    return {key: value for key, value in whole.items() if "embed" not in key and value.ndim > 1}


def layers(name: str, settings: Settings) -> list[Layer]:
    """
    Return the layers of one network on the device asked for.

    Parameters
    ----------
    name : str
        Of `NETWORKS`.
    settings : Settings
        The device.

    Returns
    -------
    list of Layer
    """
    return [layer(name, key, settings.to_device(value)) for key, value in network(name).items()]


def layer(network: str, name: str, tensor: Any) -> Layer:
    """
    Cut a weight in its default layout into the matrices that FIRE acts on.

    Parameters
    ----------
    network, name : str
        What to call it.
    tensor : array, shape (out, in) or (out, in, height, width)
        The weight.

    Returns
    -------
    Layer
    """
    axes = parse("figures", None, tensor.shape)
    stack = tensor.transpose(axes.order)
    matrices = stack.reshape(-1, *stack.shape[-2:])
    return Layer(network, name, tensor, matrices, axes.fan_gain(tensor.shape))


def tensor(layer: Layer, matrices: Any) -> Any:
    """
    Put matrices together as the layer's weight is stored: the way back from `layer`.

    Parameters
    ----------
    layer : Layer
        Whose place they take.
    matrices : array, shape (taps, out, in)
        What a method made of its own.

    Returns
    -------
    array
        Of the shape of the layer's tensor.
    """
    order = parse("figures", None, layer.tensor.shape).order
    stack = matrices.reshape(tuple(layer.tensor.shape[axis] for axis in order))
    return stack.transpose(tuple(order.index(axis) for axis in range(len(order))))
