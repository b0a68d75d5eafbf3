"""The journal of a run: what it was asked, and what is finished. Written whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import sentence
from .orders import Measured
from .sealing import flush
from .writing import unwritable

FORMAT = 1
#: What is in the names of unfinished files: it must never lead anywhere else.
TOKEN = re.compile("[0-9a-f]{8}")
_DIGEST = re.compile("[0-9a-f]{64}")
AGAIN = "the same command as before, or --restart, which discards what is finished"


class DamagedError(ValueError):
    """What should be a journal is none, so that nothing is known of its run."""


@dataclass
class Journal:
    """
    What is known of a run.

    Attributes
    ----------
    about : dict
        What it was asked, and with what arithmetic: a run that is asked the same goes on.
    token : str
        In the names of its unfinished files; a worker of a run that was discarded finds none of them.
    done : dict of str to (int, str)
        Finished files: size and SHA-256.
    outcomes : dict of str to dict
        What came of each tensor that is in a finished file.
    """

    about: dict[str, Any]
    token: str
    done: dict[str, tuple[int, str]] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)


def journal_of(desk: Path) -> Path:
    """
    Return where a run's journal lies: beside its desk, so that removing it is the one last step of a run.

    Parameters
    ----------
    desk : Path
        The dot-folder of a run.

    Returns
    -------
    Path

    Examples
    --------
    >>> journal_of(Path("out/.fire-ref")).as_posix()
    'out/.fire-ref.json'
    """
    return desk.with_name(f"{desk.name}.json")


def part_of(journal: Path) -> Path:
    """Return where a journal is written before it takes its place."""
    return journal.with_name(f"{journal.name}.part")


def save(function: str, desk: Path, journal: Journal) -> None:
    """
    Write a journal, so that the old or the new one is there whatever happens.

    Parameters
    ----------
    function : str
        Who asks.
    desk : Path
        The dot-folder of the run.
    journal : Journal
        What to write.
    """
    text = json.dumps({"format": FORMAT, **vars(journal)}, indent=1)
    path = journal_of(desk)
    part = part_of(path)
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        flush(path.parent)
    except OSError as error:
        unwritable(function, part, error)


def load(function: str, desk: Path, names: Collection[str]) -> Journal | None:
    """
    Read the journal of an earlier run, and believe none of it: what it names may be removed.

    Parameters
    ----------
    function : str
        Who asks.
    desk : Path
        The dot-folder of that run.
    names : collection of str
        Of the files that this checkpoint's runs write.

    Returns
    -------
    Journal or None
        None where the run had not begun.

    Raises
    ------
    DamagedError
        It is no journal.
    ValueError
        It is one of another checkpoint's run.
    OSError
        It cannot be read.
    """
    path = journal_of(desk)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        advice = "the right to read it, or another place"
        raise OSError(sentence(function, str(path), "be a file that can be read", error.strerror, advice)) from None
    try:
        found = _understood(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        got = f"{type(error).__name__}: {error}"
        raise DamagedError(sentence(function, str(path), "be the journal of a run", got, "--restart")) from None
    for name in found.done:
        if name not in names:
            rule, advice = "speak of this checkpoint's files alone", "another place, or removing it by hand"
            raise ValueError(sentence(function, str(path), rule, repr(name), advice))
    return found


def _understood(told: Any) -> Journal:
    """
    Make a journal of plain values.

    Raises
    ------
    ValueError
        Something in it is not what `save` writes.
    """
    if told["format"] != FORMAT:
        raise ValueError(f"format {told['format']}")
    about, token, outcomes = told["about"], told["token"], told["outcomes"]
    if not isinstance(about, dict):
        raise ValueError("about")
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise ValueError(f"token {token!r}")
    for name, (size, digest) in told["done"].items():
        if type(size) is not int or size < 0 or not _DIGEST.fullmatch(digest):
            raise ValueError(f"done {name!r}")
    for name, plain in outcomes.items():
        if not _is_outcome(plain):
            raise ValueError(f"outcomes {name!r}")
    return Journal(about, token, {name: (size, digest) for name, (size, digest) in told["done"].items()}, outcomes)


def _is_outcome(plain: Any) -> bool:
    if not isinstance(plain, dict) or plain.keys() != {"blocks", "content"} or not isinstance(plain["content"], str):
        return False
    return isinstance(plain["blocks"], list) and all(_is_block(block) for block in plain["blocks"])


def _is_block(block: Any) -> bool:
    if not isinstance(block, list) or len(block) != len(Measured._fields):
        return False
    name, *numbers = block
    return isinstance(name, str) and all(type(number) in (int, float) for number in numbers)


def require_same(function: str, journal: Journal, about: dict[str, Any]) -> None:
    """
    Refuse to go on with something else than was begun.

    Parameters
    ----------
    function : str
        Who asks.
    journal : Journal
        Of the earlier run.
    about : dict
        What is asked now.

    Raises
    ------
    ValueError
        Naming the first difference.
    """
    was, now = _flat(journal.about), _flat(json.loads(json.dumps(about)))
    for key in (*now, *was):
        if was.get(key) != now.get(key):
            rule = f"be what the interrupted run was asked ({was.get(key)!r})"
            raise ValueError(sentence(function, key, rule, repr(now.get(key)), AGAIN))


def _flat(about: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Name what is inside of something by the way to it, so that a difference is named where it is."""
    found: dict[str, Any] = {}
    for key, value in about.items():
        found |= _flat(value, f"{before}{key} ") if isinstance(value, dict) else {f"{before}{key}": value}
    return found
