"""The storyteller: its file read to the last byte, its own text drawn from its own probabilities, a book in windows."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from figures import storyteller
from figures.cross_entropy import nats
from figures.storyteller import Storyteller, losses, opened, read, written
from figures.tokenizer import BEGIN, FIRST
from figures.transformer import Shape, logits

LETTERS = [*" abcdefghijklmnopqrstuvwxyzA", " A", "li"]
WIDTH, INNER, LAYERS, HEADS, LONGEST = 8, 12, 2, 2, 16


def content(rng: np.random.Generator) -> bytes:
    """A file of llama2.c, small, with two heads that share their keys and values."""
    special = [b"<unk>", b"\n<s>\n", b"\n</s>\n", *(bytes([i]) for i in range(256))]
    pieces = [*special, *(letter.encode() for letter in LETTERS)]
    n, d, ff, shared = LAYERS, WIDTH, INNER, WIDTH // 2
    shapes = [(len(pieces), d), (n, d), (n, d, d), (n, shared, d), (n, shared, d), (n, d, d)]
    shapes += [(n, d), (n, ff, d), (n, d, ff), (n, ff, d), (d,), (LONGEST, d // HEADS // 2), (LONGEST, d // HEADS // 2)]
    head = struct.pack("<7i", d, ff, n, HEADS, 1, len(pieces), LONGEST)
    weights = b"".join(rng.standard_normal(shape).astype("<f4").tobytes() for shape in shapes)
    told = [struct.pack("<fi", len(piece) - 9.0, len(piece)) + piece for piece in pieces]
    return head + weights + struct.pack("<i", max(map(len, pieces))) + b"".join(told)


@pytest.fixture
def teller(rng: np.random.Generator) -> Storyteller:
    return opened(content(rng))


def test_the_file_is_read_to_its_end(teller: Storyteller) -> None:
    assert teller.shape == Shape(LAYERS, HEADS, 1)
    assert teller.tokenizer.pieces[FIRST:] == tuple(letter.encode() for letter in LETTERS)
    assert teller.state["layers.1.self_attn.k_proj.weight"].shape == (WIDTH // 2, WIDTH)
    assert teller.state["norm.weight"].shape == (WIDTH,)
    assert len(teller.state) == 2 + LAYERS * 9


def test_what_it_writes_is_drawn_from_what_it_expects(teller: Storyteller) -> None:
    count = 4000
    text = written(teller, count, 2, seed=1)
    assert text.shape == (count, 3)
    assert set(text[:, 0]) == {BEGIN}
    for place in (0, 1):
        expected = logits(teller.state, teller.shape, text[:, : place + 1])[:, place].astype(np.float64)
        shares = np.exp(expected - expected.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        drawn = np.bincount(text[:, place + 1], minlength=shares.shape[1])
        # Five standard deviations of a sum of independent draws.
        room = 5 * np.sqrt((shares * (1 - shares)).sum(axis=0)) + 1
        assert (np.abs(drawn - shares.sum(axis=0)) <= room).all()
        # Mutants: another temperature, and always the likeliest.
        cold = shares**2 / (shares**2).sum(axis=1, keepdims=True)
        assert (np.abs(drawn - cold.sum(axis=0)) > room).any()
        assert len(set(text[:, place + 1])) > 10


def test_the_same_seed_writes_the_same(teller: Storyteller) -> None:
    first = written(teller, 2, 6, seed=3)
    np.testing.assert_array_equal(written(teller, 2, 6, seed=3), first)
    assert not np.array_equal(written(teller, 2, 6, seed=4), first)


def test_no_other_network_expects_to_lose_less_on_its_text(teller: Storyteller, rng: np.random.Generator) -> None:
    text = written(teller, 200, 6)
    own = losses(teller.state, teller.shape, text)
    for scale in (0.3, 1.0):
        other = {name: W + scale * rng.standard_normal(W.shape).astype(W.dtype) for name, W in teller.state.items()}
        more = losses(other, teller.shape, text) - own
        assert more.mean() > 5 * more.std() / len(more) ** 0.5


def test_losses_are_those_of_each_window(teller: Storyteller) -> None:
    text = written(teller, 3, 5)
    found = losses(teller.state, teller.shape, text)
    whole = logits(teller.state, teller.shape, text[:, :-1]).reshape(15, -1)
    np.testing.assert_allclose(found, nats(whole, text[:, 1:].ravel()), rtol=1e-5)
    # Mutant: each token is asked for itself.
    assert np.abs(found - nats(whole, text[:, :-1].ravel())).max() > 0.1


def test_the_book_is_cut_into_windows(teller: Storyteller, monkeypatch: pytest.MonkeyPatch) -> None:
    book = f"contents\n   the end   {storyteller.OPENING}   of  sitting by her sister\n" * 2
    monkeypatch.setattr(storyteller, "contents", lambda *_: book.encode())
    text = read(teller, 3, 8)
    assert text.shape == (3, 9)
    assert set(text[:, 0]) == {BEGIN}
    told = teller.tokenizer.decode(text[:, 1:].ravel().tolist())
    assert " Alice was beginning to get very tired of sitting by her sister".startswith(told)
    assert text[0, 1] == FIRST + LETTERS.index(" A")
