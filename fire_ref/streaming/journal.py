"""The journal of a run: what it was asked, and what is finished. Written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import sentence
from .sealing import flush
from .writing import unwritable

FORMAT = 1
AGAIN = "the same command as before, or --restart, which discards what is finished"


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


def load(function: str, desk: Path) -> Journal | None:
    """
    Read the journal of an earlier run.

    Parameters
    ----------
    function : str
        Who asks.
    desk : Path
        The dot-folder of that run.

    Returns
    -------
    Journal or None
        None where the run had not begun.

    Raises
    ------
    ValueError
        It is no journal.
    """
    path = journal_of(desk)
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}")
        done = {str(name): (int(size), str(digest)) for name, (size, digest) in told["done"].items()}
        return Journal(dict(told["about"]), str(told["token"]), done, dict(told["outcomes"]))
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        got = f"{type(error).__name__}: {error}"
        raise ValueError(sentence(function, str(path), "be the journal of a run", got, "--restart")) from None


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
