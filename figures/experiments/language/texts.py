"""What a text is once it is cut into tokens, and the two that an experiment needs."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

#: One after the other.
Tokens: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]] | np.ndarray[Any, np.dtype[np.uint16]]
#: One token in so many, the last ones, is held out.
HELD = 10


class Text(NamedTuple):
    """What is trained on, and what is held out."""

    train: Tokens
    held: Tokens


class Corpora(NamedTuple):
    """The text of phase A, and the larger one that comes after it."""

    first: Text
    second: Text


def parted(tokens: Tokens) -> Text:
    """
    Hold out the end of a text.

    Parameters
    ----------
    tokens : ndarray, shape (n,)
        The whole.

    Returns
    -------
    Text
        Views of it.
    """
    kept = len(tokens) - len(tokens) // HELD
    return Text(tokens[:kept], tokens[kept:])


def spaced(text: str) -> str:
    """Return a text on one line with single spaces: how its lines were broken is not its language."""
    return " ".join(text.split())
