"""The networks that can be run here, forwards and without a framework, and the validation data they are tried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from math import log
from typing import Any, NamedTuple

import numpy as np

from fire_ref.errors import missing_extra
from fire_ref.weights import digits_conv, digits_mlp

from . import fresh, storyteller
from .cross_entropy import nats, unigram
from .networks import training
from .transformer import Array, State


class Trial(NamedTuple):
    """
    One set of validation data.

    Attributes
    ----------
    about : str
        What it is, for the caption.
    targets : ndarray of int
        What is to be predicted.
    uniform, unigram : float
        The loss where all answers are alike, and the least of a prediction that never looks.
    tried : callable
        From a whole state to the loss (nats per prediction), and the share that is right, None where nobody asks.
    """

    about: str
    targets: Array
    uniform: float
    unigram: float
    tried: Callable[[State], tuple[float, float | None]]


class Subject(NamedTuple):
    """
    A network that can be run.

    Attributes
    ----------
    state : dict of str to ndarray
        Everything that was trained.
    begun : callable
        From a seed to everything before training.
    trials : dict of str to Trial
        What it is tried on, by name.
    """

    state: State
    begun: Callable[[int], State]
    trials: Mapping[str, Trial]


def subject(name: str) -> Subject | None:
    """
    Return a network with its data.

    Parameters
    ----------
    name : str
        Of `figures.layers.NETWORKS`.

    Returns
    -------
    Subject or None
        None where there is no way forwards here.

    Raises
    ------
    ConnectionError
        It cannot be fetched.
    MissingExtraError
        scikit-learn, which has the digits, is not installed.
    """
    if name in SHIPPED:
        return _digits(fresh.SHIPPED[name], SHIPPED[name]())
    return _stories() if name == "stories15m" else None


SHIPPED: Mapping[str, Callable[[], Any]] = {"digits-mlp": digits_mlp, "digits-conv": digits_conv}


def _digits(network: training.Network, state: State) -> Subject:
    try:
        import sklearn  # noqa: F401 # only whether it is there
    except ImportError:
        raise missing_extra("figures figG", "scikit-learn", "figures") from None
    images, labels = (part[-training.TEST :] for part in training.digits())

    def tried(state: State) -> tuple[float, float]:
        logits = network.logits({name: value.astype(np.float64) for name, value in state.items()}, images)
        return float(nats(logits, labels).mean()), float((logits.argmax(axis=1) == labels).mean())

    def begun(seed: int) -> State:
        return {name: W.astype(np.float32) for name, W in network.initial(np.random.default_rng(seed)).items()}

    about = f"the {len(labels)} test images"
    return Subject(state, begun, {"test images": Trial(about, labels, log(10), unigram(labels), tried)})


@cache
def _stories() -> Subject:
    teller = storyteller.storyteller()
    windows, time = storyteller.WINDOWS, storyteller.TIME
    own = "drawn from itself at temperature 1, seed 0 (substituted data: TinyStories cannot be had)"
    book = "the beginning of Alice in Wonderland, another kind of text"
    texts = {
        "its own text": (own, storyteller.written(teller, windows, time)),
        "Alice": (book, storyteller.read(teller, windows, time)),
    }
    vocabulary = len(teller.tokenizer.pieces)

    def trial(about: str, text: Array) -> Trial:
        def tried(state: State) -> tuple[float, None]:
            return float(storyteller.losses(state, teller.shape, text).mean()), None

        targets = text[:, 1:].ravel()
        return Trial(about, targets, log(vocabulary), unigram(targets), tried)

    def begun(seed: int) -> State:
        rng = np.random.default_rng([seed, 1])
        rest = {
            name: np.ones_like(W) if W.ndim == 1 else fresh.normal(rng, name, W.shape).astype(W.dtype)
            for name, W in teller.state.items()
        }
        return rest | dict(fresh.start("stories15m", seed).state)

    return Subject(teller.state, begun, {name: trial(*text) for name, text in texts.items()})
