"""GPT-2's tokens, by tiktoken, from a vocabulary that is fetched once and checked."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import Any

import numpy as np

from fire_ref.errors import missing_extra, sentence

from ...published import Packaged, fetched
from ..refusing import UnusableError
from .texts import Tokens

VOCABULARY = Packaged(
    "GPT-2's vocabulary",
    "openai-whisper==20250625",
    "pip",
    ("openai_whisper-20250625/whisper/assets/gpt2.tiktoken",),
    "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
)
#: How GPT-2 cuts a text before pairs are merged: contractions, words, numbers and signs, each with a space before it.
PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
#: Letters that are cut at a time: the pattern's longest match is a word.
PIECE = 1 << 20


def encoded(text: str) -> Tokens:
    """
    Cut a text into GPT-2's tokens.

    Parameters
    ----------
    text : str
        With single spaces; it is cut where one stands, so that pieces are what the whole would give.

    Returns
    -------
    ndarray of uint16

    Raises
    ------
    MissingExtraError
        tiktoken is not installed.
    UnusableError
        The vocabulary cannot be had.
    """
    encoding = tokenizer()
    found: list[np.ndarray[Any, np.dtype[np.uint16]]] = []
    start = 0
    while start < len(text):
        end = text.find(" ", start + PIECE)
        end = len(text) if end < 0 else end
        found.append(np.array(encoding.encode_ordinary(text[start:end]), np.uint16))
        start = end
    return np.concatenate(found) if found else np.zeros(0, np.uint16)


@cache
def tokenizer() -> Any:
    """
    Return GPT-2's tokenizer.

    Returns
    -------
    tiktoken.Encoding

    Raises
    ------
    MissingExtraError
        tiktoken is not installed.
    UnusableError
        The vocabulary cannot be had, or is none.
    """
    tiktoken = _tiktoken()
    advice = "give --data with a.bin and b.bin, which are tokens already"
    try:
        content = fetched("gpt2-vocabulary", VOCABULARY, "text", advice)
    except ConnectionError as error:
        raise UnusableError(str(error)) from None
    return tiktoken.Encoding("gpt2", pat_str=PATTERN, mergeable_ranks=ranks(content), special_tokens={})


def _tiktoken() -> Any:
    try:
        import tiktoken
    except ImportError:
        raise missing_extra("figures", "tiktoken", "experiments") from None
    return tiktoken


def ranks(content: bytes) -> dict[bytes, int]:
    """
    Read a vocabulary: a line for each token, its bytes in base 64 and its number.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    dict of bytes to int

    Raises
    ------
    UnusableError
        It is something else.
    """
    try:
        return {
            base64.b64decode(token, validate=True): int(rank) for token, rank in map(bytes.split, content.splitlines())
        }
    except (ValueError, binascii.Error) as error:
        rule = "be lines of a token in base 64 and its number"
        raise UnusableError(sentence("text", "the vocabulary", rule, error, "another file")) from None
