"""
Results as JSON lines: one for each evaluation, appended whole, never twice.

A line is written with one call and reaches the disk before the next is begun. What a killed process leaves behind is
therefore whole lines, and at most the beginning of one, which is cut off before anything is appended.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from fire_ref.errors import sentence

from . import packed
from .problems import configured
from .refusing import UnusableError

Record: TypeAlias = dict[str, Any]
#: Panel, arm, seed, task: what a line is about.
Place: TypeAlias = tuple[str, str, int, int]
#: What every line has, with what it is; and what it has besides.
KEYS = {"configuration": dict, "task": int, "updates": int, "online": float, "train": list, "checked": int}
#: Of every line: what a killed process leaves begins like this.
BEGINNING = b'{"configuration":'
MORE = frozenset(("counted", "test", "stability", "weights", "seconds", "versions"))


def place(record: Record) -> Place:
    """Return what a line is about."""
    told = record["configuration"]
    return told["panel"], told["arm"], told["seed"], record["task"]


def read(path: Path) -> list[Record]:
    """
    Read all results; the beginning of a line at the end, which a killed process left, is passed over.

    Parameters
    ----------
    path : Path
        The file; if it does not exist, its packed one (`packed.kept`); without either there are none.

    Returns
    -------
    list of dict

    Raises
    ------
    UnusableError
        A line is no result, or says again what another has said.
    """
    try:
        content = packed.content(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UnusableError(_foreign(path, f"{error.strerror}")) from None
    found: dict[Place, Record] = {}
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            record = json.loads(line, parse_constant=_number)
            where = _placed(record)
        except (ValueError, LookupError, TypeError, RecursionError):
            raise UnusableError(_foreign(path, f"something else in line {number}")) from None
        if where in found:
            raise UnusableError(_foreign(path, f"{' '.join(map(str, where))} twice, in line {number} again"))
        found[where] = record
    rest = content.rpartition(b"\n")[2]
    if rest[: len(BEGINNING)] != BEGINNING[: len(rest)]:
        raise UnusableError(_foreign(path, "something else at the end, which is no broken line of ours"))
    return list(found.values())


def _number(name: str) -> float:
    """
    Refuse what is no number.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(name)


def _placed(record: Record) -> Place:
    configured(record["configuration"])
    if not record.keys() >= MORE or any(not isinstance(record[key], kind) for key, kind in KEYS.items()):
        raise TypeError
    where = place(record)
    hash(where)
    return where


def _foreign(path: Path, got: str) -> str:
    rule = "hold one result in each line"
    return sentence("figures", str(path), rule, got, "another --out; the file is left as it was")


class Ledger:
    """An open file of results, held by this process alone."""

    def __init__(self, handle: int) -> None:
        """
        Take an open file.

        Parameters
        ----------
        handle : int
            Its descriptor, open for appending.
        """
        self._handle = handle
        self._broken = False

    def append(self, record: Record) -> None:
        """
        Add a line, and wait until it is on the disk.

        Parameters
        ----------
        record : dict
            Of finite numbers.

        Raises
        ------
        OSError
            There is no room.
        """
        line = json.dumps(record, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        if self._broken:  # another line would be joined to the half one
            raise OSError("figures: no room for results: a line before this one was not written whole.")
        self._broken = True
        written = os.write(self._handle, line)
        self._broken = written < len(line)
        if self._broken:  # the disk is full: the half line is cut off by the next opening
            raise OSError(f"figures: no room for results: {written} of {len(line)} bytes were written.")
        os.fsync(self._handle)


@contextmanager
def opened(path: Path) -> Iterator[Ledger]:
    """
    Open a file of results for appending.

    Parameters
    ----------
    path : Path
        Made where it does not exist.

    Yields
    ------
    Ledger

    Raises
    ------
    UnusableError
        Another process is writing to it; or it is packed, and nothing can be appended.
    """
    if (lying := packed.kept(path)) != path:
        rule, got = "be unpacked before results are added", lying.name
        raise UnusableError(sentence("figures", str(path), rule, got, f"gunzip {lying}, or another --out"))
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            rule, got = "be written by one process at a time", "another that is at it"
            raise UnusableError(sentence("figures", str(path), rule, got, "another --out")) from None
        read(path)  # what is no results of ours is refused, not cut
        content = path.read_bytes()
        os.ftruncate(handle, content.rfind(b"\n") + 1)
        yield Ledger(handle)
    finally:
        os.close(handle)
