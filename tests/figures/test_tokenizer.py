"""The tokenizer: the best pair first, letters before bytes, and back again."""

from __future__ import annotations

import struct

import pytest

from figures.tokenizer import BYTES, FIRST, Tokenizer, opened

#: Piece -> score. " a" is worse than "ab", so that which pair is merged first decides what " ab" becomes.
PIECES = {" ": -9.0, "a": -8.0, "b": -7.0, "c": -6.5, " a": -3.0, "ab": -1.0, "abc": -2.0, " abc": -4.0, "bc": -5.0}


def content() -> bytes:
    special = [b"<unk>", b"\n<s>\n", b"\n</s>\n", *(bytes([i]) for i in range(256))]
    every = [(piece, 0.0) for piece in special] + [(piece.encode(), score) for piece, score in PIECES.items()]
    return struct.pack("<i", 6) + b"".join(struct.pack("<fi", score, len(piece)) + piece for piece, score in every)


@pytest.fixture
def tokenizer() -> Tokenizer:
    return opened(content(), FIRST + len(PIECES))


def named(tokenizer: Tokenizer, tokens: list[int]) -> list[str]:
    return [tokenizer.pieces[token].decode() for token in tokens]


def test_the_best_pair_is_merged_first(tokenizer: Tokenizer) -> None:
    assert named(tokenizer, tokenizer.encode("ab")) == [" ", "ab"]  # from the left it would be " a", "b"
    assert named(tokenizer, tokenizer.encode("abc ab a")) == [" abc", " ", "ab", " a"]
    assert named(tokenizer, tokenizer.encode("bcb")) == [" ", "bc", "b"]


def test_a_letter_is_its_piece_and_without_one_its_bytes(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("a") == [FIRST + list(PIECES).index(" a")]
    assert tokenizer.encode("b")[1] == FIRST + 2 != BYTES + ord("b")
    assert tokenizer.encode("é") == [FIRST, *(BYTES + byte for byte in "é".encode())]


def test_a_text_comes_back_with_a_space_before_it(tokenizer: Tokenizer) -> None:
    for text in ("abc cab é", "b", "a\nb"):
        assert tokenizer.decode(tokenizer.encode(text)) == f" {text}"


def test_words_by_themselves_are_the_whole_text(tokenizer: Tokenizer) -> None:
    text = "abc ab cab bca a bc"
    assert tokenizer._merged(f" {text}") == tokenizer.encode(text)


def test_a_piece_across_words_would_be_missed(tokenizer: Tokenizer) -> None:
    # Which is why `encode` says what it needs: LLaMA's vocabulary has no such piece.
    more = tokenizer._replace(
        scores=tokenizer.scores | {b"a b": 0.0, b"a ": 0.0}, tokens=tokenizer.tokens | {b"a b": 0, b"a ": 0}
    )
    assert more._merged(" a b") != more.encode("a b")
