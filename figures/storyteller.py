"""stories15M as a whole, the texts it is tried on, and what it writes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from . import tokenizer
from .cross_entropy import nats
from .published import PUBLISHED, TEXTS, State, contents, stories
from .tokenizer import BEGIN, Tokenizer
from .transformer import Array, Cache, Shape, logits
from .transformer import State as Weights

#: Texts are tried in windows: so many, each of so many predictions. The network was trained on windows of 256.
WINDOWS, TIME = 8, 256
#: Where the tale begins in the collection; runs of spaces are ends of paragraphs there.
OPENING = "Alice was beginning to get very tired"


class Storyteller(NamedTuple):
    """A network that writes stories: its weights, their shape, and its vocabulary."""

    state: State
    shape: Shape
    tokenizer: Tokenizer


@cache
def storyteller() -> Storyteller:
    """
    Open stories15M.

    Returns
    -------
    Storyteller

    Raises
    ------
    ConnectionError
        It cannot be fetched.
    """
    return opened(contents("stories15m", PUBLISHED["stories15m"]))


def opened(content: bytes) -> Storyteller:
    """
    Read the package's file: llama2.c's weights, the tables of its rotation (made anew here), its tokenizer.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    Storyteller
    """
    state = stories(content)
    width, _, layers, heads, groups, vocabulary, longest = (int(i) for i in np.frombuffer(content, "<i4", 7))
    tables = 4 * longest * (width // heads)
    end = 28 + sum(W.nbytes for W in state.values()) + tables
    return Storyteller(state, Shape(layers, heads, groups), tokenizer.opened(content[end:], vocabulary))


def written(teller: Storyteller, windows: int, time: int, seed: int = 0) -> Array:
    """
    Let the network write, drawing each token with the probability that it gives it (temperature 1, no cut).

    On such text no network can expect a lower loss: what another one loses more is, in the mean over all such texts,
    the Kullback-Leibler divergence from this one.

    Parameters
    ----------
    teller : Storyteller
        Who writes.
    windows, time : int
        How many texts, and the length of each.
    seed : int
        Of the draws.

    Returns
    -------
    ndarray of int, shape (windows, 1 + time)
        Each begins with `BEGIN`; where a story ends, the network begins another.
    """
    rng = np.random.default_rng(seed)
    text = np.full((windows, 1 + time), BEGIN)
    cache: Cache = {}
    for place in range(time):
        ahead = logits(teller.state, teller.shape, text[:, place : place + 1], cache)[:, 0].astype(np.float64)
        shares = np.exp(ahead - ahead.max(axis=1, keepdims=True)).cumsum(axis=1)
        text[:, place + 1] = (shares < rng.random((windows, 1)) * shares[:, -1:]).sum(axis=1)
    return text


def read(teller: Storyteller, windows: int, time: int) -> Array:
    """
    Cut the beginning of Alice's Adventures in Wonderland into windows.

    Parameters
    ----------
    teller : Storyteller
        Whose tokens.
    windows, time : int
        How many, and the length of each.

    Returns
    -------
    ndarray of int, shape (windows, 1 + time)
        Each begins with `BEGIN`.
    """
    collection = contents("alice", TEXTS["alice"]).decode("utf-8")
    start = collection.index(OPENING)
    # No token is longer than this many letters.
    letters = windows * time * max(len(piece) for piece in teller.tokenizer.pieces)
    prose = " ".join(collection[start : start + letters].split())
    tokens = np.array(teller.tokenizer.encode(prose)[: windows * time]).reshape(windows, time)
    return np.concatenate([np.full((windows, 1), BEGIN), tokens], axis=1)


def losses(state: Weights, shape: Shape, text: Array) -> Array:
    """
    Return the loss of every prediction in the windows of a text.

    Parameters
    ----------
    state : mapping of str to ndarray
        The weights.
    shape : Shape
        Of the network.
    text : ndarray of int, shape (windows, 1 + time)
        The windows.

    Returns
    -------
    ndarray of float64, shape (windows * time,)
        Nats per token.
    """
    # One window at a time: the logits of all would be half a gigabyte.
    return np.concatenate([nats(logits(state, shape, one[None, :-1])[0], one[1:]) for one in text])
