"""What is read in which phase: one text under a vocabulary that is permuted anew, or a small text and then a large."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .sizes import TextSizes
from .streams import stream
from .texts import Corpora, Text, Tokens


class Part(NamedTuple):
    """
    A phase's texts.

    Attributes
    ----------
    new : Text
        What is learned.
    old : Text or None
        What was learned in the phase before.
    """

    new: Text
    old: Text | None


def part(corpora: Corpora, sizes: TextSizes, seed: int, phase: int) -> Part:
    """
    Return the texts of a phase.

    Parameters
    ----------
    corpora : Corpora
        Both texts.
    sizes : TextSizes
        What the phases are, and how much of the texts is trained on.
    seed : int
        Of the run.
    phase : int
        From 0.

    Returns
    -------
    Part
    """
    return Part(_text(corpora, sizes, seed, phase), _text(corpora, sizes, seed, phase - 1) if phase else None)


def _text(corpora: Corpora, sizes: TextSizes, seed: int, phase: int) -> Text:
    if sizes.kind == "permuted":
        order = vocabulary(sizes.vocabulary, seed, phase)
        train, held = corpora.first
        return Text(order[_begun(train, sizes.first)], order[held])
    train, held = corpora[min(phase, 1)]
    return Text(_begun(train, sizes.second if phase else sizes.first), held)


def vocabulary(tokens: int, seed: int, phase: int) -> Tokens:
    """
    Return what takes the place of each token in a phase: also in the first, which is not to be a special one.

    Parameters
    ----------
    tokens : int
        How many there are.
    seed, phase : int
        Of the run, and from 0.

    Returns
    -------
    ndarray of uint16, shape (tokens,)
        A permutation.
    """
    return stream(seed, "vocabulary", phase).permutation(tokens).astype(np.uint16)


def _begun(train: Tokens, count: int) -> Tokens:
    return train[: count or len(train)]
