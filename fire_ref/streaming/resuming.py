"""An earlier run on the same folder: gone on with, or discarded."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import sentence
from .briefing import Desk
from .engine import Tell
from .journal import DamagedError, Journal, load, require_same, save
from .sealing import checksum, rename
from .workplace import OPTION, Workplace
from .writing import unwritable


def discard(function: str, place: Workplace, *, overwrite: bool = False) -> None:
    """
    Remove what an interrupted run has left, after looking at all of it: nothing is removed where anything is refused.

    Parameters
    ----------
    function : str
        Who asks.
    place : Workplace
        Where it worked.
    overwrite : bool
        Whether what it has not written may be replaced.
    """
    if not place.begun and not place.desk.is_dir():
        return
    with locked(function, place):
        try:
            journal = load(function, place.desk, place.names)
            damaged = False
        except DamagedError:
            journal, damaged = None, True
        for path in _written(function, place, journal, damaged=damaged, overwrite=overwrite):
            path.unlink(missing_ok=True)
        place.clear()
        if place.swaps and place.old.exists() and not place.target.exists():
            place.old.rename(place.target)  # it was on its way out


def _written(function: str, place: Workplace, journal: Journal | None, *, damaged: bool, overwrite: bool) -> list[Path]:
    """
    List the finished files of a run that is to be discarded.

    Raises
    ------
    ValueError
        Something else is there that would be in the way afterwards, or may be somebody's.
    """
    rule, advice = "hold only what the run to be discarded has written", "moving it away, or another place"
    if place.old.exists() and not place.swaps:
        # All is done but the tidying, and what was replaced may be half gone.
        got, advice = f"{place.old.name!r} beside it", "the same command without --restart, which ends that run"
        raise ValueError(sentence(function, OPTION, "be of a run that can be discarded", got, advice))
    finals = [place.folder / name for name in place.names]
    there = [path for path in finals if path.exists() or path.is_symlink()]
    done = {} if journal is None else journal.done
    mine = [path for path in there if path.name in done and _is(path, done[path.name])]
    if place.is_file:
        others = [path for path in there if path not in mine]
    elif damaged:
        # Nothing is known of the run, but its folder was empty, and holds nothing by another name now.
        mine, others, overwrite = there, place.others(), False
    else:
        others = [*place.others(), *(path for path in there if path not in mine)]
        overwrite = overwrite and not place.swaps  # that folder goes
    if others and not overwrite:
        got = f"{others[0].name!r} in {str(place.folder)!r}"
        raise ValueError(sentence(function, OPTION, rule, got, advice))
    index = [place.folder / place.index] if place.index and (journal is not None or damaged) else []
    return [*mine, *(path for path in index if not path.is_dir())]


def _is(path: Path, written: tuple[int, str]) -> bool:
    return path.is_file() and path.stat().st_size == written[0] and checksum(path) == written[1]


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
        handle = os.open(place.desk, os.O_RDONLY | os.O_NOFOLLOW) if os.name == "posix" else None
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
    journal = load(function, place.desk, place.names)
    if journal is None or not journal.done:  # where nothing is finished there is nothing to agree with
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
        if _is(path, written):
            if path == part:
                rename(function, part, final)
            return True
    return False


def _sweep(place: Workplace) -> None:
    for path in place.unfinished():
        path.unlink()
