"""stories15M runs: it is better than any fixed answer, writes English, and the figure's losses are its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import figures
from figures import storyteller, transformer
from figures.cross_entropy import unigram
from figures.figG import chosen
from figures.layers import tensor
from figures.loss_told import named
from figures.methods import exact
from figures.published import PUBLISHED, TEXTS, contents
from figures.settings import Settings
from figures.storyteller import TIME, WINDOWS, Storyteller, losses, read, written
from fire_ref import reinitialize
from fire_ref.tolerances import EPS

#: The figure as it is shown.
SHOWN = json.loads((Path(figures.__file__).parent / "gallery" / "figG.json").read_text(encoding="utf-8"))["data"]
#: Losses of one state on another machine: its products are summed in another order, in float32.
CLOSE = 1000 * EPS["float32"]


@pytest.fixture(scope="module")
def teller() -> Storyteller:
    try:
        contents("alice", TEXTS["alice"])
        return storyteller.storyteller()
    except ConnectionError as error:  # npm is no part of CI: what it fetches may be absent
        pytest.skip(str(error))


def test_the_file_tells_the_rotation(teller: Storyteller) -> None:
    content = contents("stories15m", PUBLISHED["stories15m"])
    start = 28 + sum(W.nbytes for W in teller.state.values())
    cos, sin = np.frombuffer(content, "<f4", 2 * 256 * 24, start).reshape(2, 256, 24)
    turn = transformer.rotation(0, 256, 48)
    # The file's angles, up to 255, were computed in float32.
    np.testing.assert_allclose(turn.real, cos, rtol=0, atol=4 * 255 * EPS["float32"])
    np.testing.assert_allclose(turn.imag, sin, rtol=0, atol=4 * 255 * EPS["float32"])


def test_the_tokenizer_is_sentencepieces(teller: Storyteller) -> None:
    # The beginning of every story, as LLaMA's own tokenizer cuts it.
    assert teller.tokenizer.encode("Once upon a time") == [9038, 2501, 263, 931]
    prose = "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do"
    assert teller.tokenizer.decode(teller.tokenizer.encode(prose)) == f" {prose}"
    assert teller.tokenizer._merged(f" {prose}") == teller.tokenizer.encode(prose)


def test_it_writes_english(teller: Storyteller) -> None:
    text = written(teller, 4, 60)
    words = teller.tokenizer.decode(text[:, 1:].ravel().tolist()).split()
    assert sum(word.strip('.,!?"') in {"a", "the", "was", "and", "to", "he", "she", "in"} for word in words) > 20


def test_it_knows_what_comes(teller: Storyteller) -> None:
    own, book = written(teller, 2, TIME), read(teller, WINDOWS, TIME)
    for text, most in ((own, 0.4), (book, 1.0)):
        loss = losses(teller.state, teller.shape, text).mean()
        assert loss < most * unigram(text[:, 1:].ravel()) < 0.6 * np.log(32000)


def test_the_losses_that_are_shown_are_its_own(teller: Storyteller) -> None:
    book, rows = read(teller, WINDOWS, TIME), chosen("stories15m", Settings())
    taken = {one.name: one.tensor for one in rows}
    assert len(taken) == 6 * 7
    made = {one.name: tensor(one, exact(one)) for one in rows}
    wanted, report = reinitialize(teller.state, "llama", method="svd")
    assert set(report.changed) == set(taken)
    for name, V in made.items():
        np.testing.assert_allclose(V, wanted[name], rtol=0, atol=4 * EPS["float32"])
    network = SHOWN["networks"]["stories15m"]
    for method, state in (("W", {}), ("exact", made)):
        found = losses(teller.state | state, teller.shape, book).mean()
        assert found == pytest.approx(named(network, method)["loss"]["Alice"][0], rel=CLOSE)
