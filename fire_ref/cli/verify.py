"""`fire-ref verify`: judge one implementation, or every known one that is installed here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..conformance.compliance import compliance
from ..conformance.verification import verify
from ..conformance.wording import one_line
from ..errors import MissingExtraError
from .compliance import show_all, text_of
from .console import Output
from .files import targets, written
from .settings import COMMAND, check, seconds, settings
from .verdicts import show
from .waiting import Tell, progress

T = TypeVar("T")


def run(options: argparse.Namespace) -> int:
    """
    Judge and show.

    Parameters
    ----------
    options : argparse.Namespace
        target, dialect, level, arrays, dtype, set, result, in_place, adapter, device, quick, timeout, json, html.

    Returns
    -------
    int
        0 if the target passed, or every known implementation behaves as recorded; else 1.
    """
    check(options)
    return _table(options) if options.target is None else _one(options)


def _one(options: argparse.Namespace) -> int:
    wanted = settings(options)
    inputs = _file(options.target)
    numbers, page = targets(COMMAND, {"--json": options.json, "--html": options.html}, inputs)
    found = _judged(lambda progress: verify(options.target, **wanted, progress=progress))
    if options.json != "-":
        show(found, Output())
    if page is not None:
        _write(page, found.to_html())
    _pass_on(options.json, numbers, found.to_json)
    return 0 if found.passed else 1


def _table(options: argparse.Namespace) -> int:
    """
    Show every known implementation.

    Raises
    ------
    MissingExtraError
        None of them is installed.
    """
    timeout = seconds(options.timeout)
    (numbers,) = targets(COMMAND, {"--json": options.json})
    rows = _judged(lambda progress: compliance(quick=options.quick, timeout=timeout, progress=progress))
    if not rows:  # nothing judged is nothing found in order
        advice = 'Try pip install "fire_ref[peers]", or a TARGET.'
        raise MissingExtraError(f"{COMMAND}: none of the known implementations is installed here. {advice}")
    if options.json != "-":
        show_all(rows, Output())
    _pass_on(options.json, numbers, lambda: text_of(rows))
    return 0 if all(row.as_recorded for row in rows) else 1


def _file(target: str) -> list[str]:
    """Return the file that a target is read from, as path/file.py:callable, so that it is never overwritten."""
    place = target.rpartition(":")[0]
    return [place] if place.endswith(".py") else []


def _judged(work: Callable[[Tell | None], T]) -> T:
    """
    Do the work with a bar; what cannot be imported is bad usage, in words that a terminal may see.

    Raises
    ------
    MissingExtraError
        An optional package is absent.
    ValueError
        The target cannot be imported.
    """
    try:
        with progress() as tell:
            return work(tell)
    except MissingExtraError:
        raise
    except ImportError as error:
        raise ValueError(one_line(error)) from error


def _pass_on(asked: str | None, place: Path | None, text: Callable[[], str]) -> None:
    if asked == "-":
        Output().out(text(), highlight=False)
    elif place is not None:
        _write(place, text() + "\n")


def _write(place: Path, text: str) -> None:
    with written(place) as part:
        part.write_text(text, encoding="utf-8")
