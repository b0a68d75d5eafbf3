"""llama2.c's tokenizer: pieces with scores; a text is merged from its letters, the pair with the best score first."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

#: Where a text begins and, in training, where the one before it ended; and where the 256 single bytes begin.
BEGIN, BYTES, FIRST = 1, 3, 259


class Tokenizer(NamedTuple):
    """
    A vocabulary.

    Attributes
    ----------
    pieces : tuple of bytes
        By token; 3 to 258 are the single bytes, for letters that have no piece.
    scores : dict of bytes to float
        Of the pieces that are merged.
    tokens : dict of bytes to int
        Their numbers.
    """

    pieces: tuple[bytes, ...]
    scores: dict[bytes, float]
    tokens: dict[bytes, int]

    def encode(self, text: str) -> list[int]:
        """
        Cut a text into tokens.

        Parameters
        ----------
        text : str
            With single spaces: no piece then reaches over the beginning of a word, and every word is cut by itself.

        Returns
        -------
        list of int
            Without `BEGIN`; the text is read as if a space stood before it.
        """
        known: dict[str, list[int]] = {}
        found: list[int] = []
        for word in text.split(" "):
            if word not in known:
                known[word] = self._merged(f" {word}")
            found += known[word]
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        """
        Put a text together.

        Parameters
        ----------
        tokens : sequence of int
            From `encode`, or written by the network.

        Returns
        -------
        str
            With a space before it.
        """
        return b"".join(self.pieces[token] for token in tokens).decode("utf-8", "replace")

    def _merged(self, word: str) -> list[int]:
        parts = [letter.encode() for letter in word]
        while True:
            pairs = [a + b for a, b in pairwise(parts)]
            best = max(pairs, key=lambda pair: self.scores.get(pair, -float("inf")), default=b"")
            if best not in self.scores:
                break
            place = pairs.index(best)
            parts[place : place + 2] = [best]
        found: list[int] = []
        for part in parts:
            found += [self.tokens[part]] if part in self.tokens else [BYTES + byte for byte in part]
        return found


def opened(content: bytes, count: int) -> Tokenizer:
    """
    Read the file: the longest piece's length, then for each piece its score, its length and its bytes.

    Parameters
    ----------
    content : bytes
        Of the file.
    count : int
        Of pieces.

    Returns
    -------
    Tokenizer
    """
    pieces: list[bytes] = []
    scores: list[float] = []
    place = 4
    for _ in range(count):
        score, length = struct.unpack_from("<fi", content, place)
        place += 8 + length
        pieces.append(content[place - length : place])
        scores.append(score)
    # A letter that is a piece is that piece, not its byte.
    tokens = {piece: token for token, piece in enumerate(pieces) if token >= FIRST}
    return Tokenizer(tuple(pieces), {piece: scores[token] for piece, token in tokens.items()}, tokens)
