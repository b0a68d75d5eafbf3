"""An earlier run on the same folder: gone on with, or discarded."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import sentence
from .briefing import Desk
from .engine import Tell
from .journal import Journal, journal_of, load, require_same, save
from .sealing import checksum, rename
from .workplace import OPTION, Workplace
from .writing import unwritable


def discard(function: str, place: Workplace) -> None:
    """
    Remove what an interrupted run has left.

    Parameters
    ----------
    function : str
        Who asks.
    place : Workplace
        Where it worked.
    """
    if not place.begun:
        return
    with locked(function, place):
        try:
            journal = load(function, place.desk)
        except ValueError:
            journal = None
        if place.swaps:
            if place.old.exists() and not place.target.exists():
                place.old.rename(place.target)  # it was on its way out
            shutil.rmtree(place.folder)
            return
        for name in () if journal is None else journal.done:
            (place.folder / name).unlink(missing_ok=True)
        shutil.rmtree(place.desk)
        journal_of(place.desk).unlink(missing_ok=True)


@contextmanager
def locked(function: str, place: Workplace) -> Iterator[None]:
    """
    Keep a second run away; the system forgets the lock of a process that is gone.

    Parameters
    ----------
    function : str
        Who asks.
    place : Workplace
        Where this one works; its folders are made.

    Yields
    ------
    None

    Raises
    ------
    ValueError
        Another run is at work there.
    """
    try:
        place.desk.mkdir(parents=True, exist_ok=True)
        handle = os.open(place.desk, os.O_RDONLY) if os.name == "posix" else None
    except OSError as error:
        unwritable(function, place.desk, error)
    if handle is None:
        yield
        return
    import fcntl

    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            got = f"{str(place.target)!r}, where another is at work"
            raise ValueError(sentence(function, OPTION, "be written by one run at a time", got, "waiting")) from None
        except OSError:
            pass  # a shared folder without locks: the caller's to know
        yield
    finally:
        os.close(handle)


def resumed(
    function: str, place: Workplace, about: dict[str, Any], tell: Tell | None = None, *, overwrite: bool
) -> tuple[Journal, frozenset[int]]:
    """
    Go on with an earlier run, or begin one.

    Parameters
    ----------
    function : str
        Who asks.
    place : Workplace
        Where to work.
    about : dict
        What is asked.
    tell : callable, optional
        Told of the files that are looked at.
    overwrite : bool
        Whether files that no run has written may be replaced.

    Returns
    -------
    journal : Journal
        On disk.
    finished : frozenset of int
        Numbers of files that are there, byte for byte as they were written.

    Raises
    ------
    ValueError
        It was asked something else, or a file is in the way.
    """
    journal = load(function, place.desk)
    if journal is None:
        journal = Journal(about, secrets.token_hex(4))
    require_same(function, journal, about)
    desk = Desk(place.desk, journal.token)
    finished = set()
    for i, name in enumerate(place.names):
        if name in journal.done:
            if tell is not None:
                tell(i, len(place.names), f"checking {name}")
            if _there(function, place.final(i), desk.part(i), journal.done[name]):
                finished.add(i)
            else:
                del journal.done[name]
        elif place.final(i).exists() and not overwrite:
            got = f"{name!r} in {str(place.folder)!r}, which no run has written"
            raise ValueError(sentence(function, OPTION, "be new, or of an interrupted run", got, "--overwrite"))
    save(function, place.desk, journal)
    _sweep(place)
    return journal, frozenset(finished)


def _there(function: str, final: Path, part: Path, written: tuple[int, str]) -> bool:
    """Say whether a file is what was written; one that was finished and not yet renamed gets its name."""
    for path in (final, part):
        if path.is_file() and (path.stat().st_size, checksum(path)) == written:
            if path == part:
                rename(function, part, final)
            return True
    return False


def _sweep(place: Workplace) -> None:
    for path in place.desk.iterdir():
        if path.name.endswith((".part", ".numbers")):
            path.unlink()
