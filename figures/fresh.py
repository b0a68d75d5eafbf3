"""The weights that a network started from, or where those are not known, ones drawn as its authors draw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .layers import network
from .networks import digits_conv, digits_mlp, training

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
#: From generator, tensor name and shape to a fresh tensor.
Draw: TypeAlias = Callable[[np.random.Generator, str, tuple[int, ...]], Array]

#: BERT's and nanoGPT's standard deviation.
SCALE = 0.02


class Start(NamedTuple):
    """The weights before training, and in words where they are from."""

    state: Mapping[str, Array]
    about: str


def start(name: str, seed: int = training.SEED) -> Start:
    """
    Return what a network's training started from.

    Parameters
    ----------
    name : str
        Of `figures.layers.NETWORKS`.
    seed : int
        Another one draws what it might have started from.

    Returns
    -------
    Start
        The very weights for the shipped networks with their seed, a fresh draw for the published ones.
    """
    if name in SHIPPED:
        fresh = SHIPPED[name].initial(np.random.default_rng(seed))
        about = "the weights it started from" if seed == training.SEED else "drawn anew as its training does"
        return Start({key: fresh[key].astype(np.float32) for key in network(name)}, about)
    draw, about = DRAWN[name]
    rng = np.random.default_rng(seed)
    state = {key: draw(rng, key, W.shape).astype(np.float32) for key, W in network(name).items()}
    return Start(state, about)


def normal(rng: np.random.Generator, _: str, shape: tuple[int, ...]) -> Array:
    """Draw as BERT does: normal, 0.02."""
    return SCALE * rng.standard_normal(shape)


def llama(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> Array:
    """Draw as llama2.c does: normal, 0.02, and for o_proj and up_proj (its wo and w3) 0.02 / sqrt(2 layers)."""
    scale = SCALE / 12**0.5 if "o_proj" in name or "up_proj" in name else SCALE
    return scale * rng.standard_normal(shape)


def he(rng: np.random.Generator, _: str, shape: tuple[int, ...]) -> Array:
    """Draw as ResNet does: normal, sqrt(2 / (out * area))."""
    return (2 / (shape[0] * np.prod(shape[2:]))) ** 0.5 * rng.standard_normal(shape)


SHIPPED = {"digits-mlp": digits_mlp.NETWORK, "digits-conv": digits_conv.NETWORK}
DRAWN: Mapping[str, tuple[Draw, str]] = {
    "minilm": (normal, "drawn anew, normal .02 as BERT"),
    "stories15m": (llama, "drawn anew as llama2.c draws them"),
    "resnet50": (he, "drawn anew, He's normal over the outputs"),
}
