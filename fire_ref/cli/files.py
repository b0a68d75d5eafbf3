"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import sentence


def targets(command: str, options: Mapping[str, str | None], inputs: Sequence[str] = ()) -> list[Path | None]:
    """
    Check the files that a command is to write, before any work is done.

    Parameters
    ----------
    command : str
        Who asks.
    options : mapping of str to (str or None)
        Option -> what was given; None where nothing was, "-" for standard output.
    inputs : sequence of str
        Files that the command reads.

    Returns
    -------
    list of (Path or None)
        One for each option; None where no file is to be written.

    Raises
    ------
    ValueError
        A file cannot be written, or is one that is read, or two are the same.
    """
    found = [None if value in (None, "-") else Path(str(value)) for value in options.values()]
    seen: dict[Path, str] = {_place(Path(name)): "the file that is read" for name in inputs}
    for option, path in zip(options, found, strict=True):
        if path is None:
            continue
        check_target(command, option, path)
        place = _place(path)
        if place in seen:
            taken = seen[place]
            raise ValueError(
                sentence(command, option, f"be another file than {taken}", repr(str(path)), f"{option} another name")
            )
        seen[place] = option
    return found


def _place(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises for a link to itself, before Python 3.13


def check_target(command: str, option: str, target: Path) -> None:
    """
    Refuse a file that could not be written, before any work is done.

    Parameters
    ----------
    command, option : str
        Where it was given.
    target : Path
        The file.

    Raises
    ------
    ValueError
        It is a folder, or its folder does not exist or may not be written.
    """
    try:
        rule = _fault(target)
    except OSError as error:
        rule = f"be a place that can be looked at ({error.strerror})"
    if rule is not None:
        raise ValueError(sentence(command, option, rule, repr(str(target)), "a file in this folder"))


def _fault(target: Path) -> str | None:
    rule = None
    if "\0" in str(target):
        rule = "be a path"
    elif target.is_symlink() and _place(target).is_symlink():
        rule = "not be a link to itself"
    elif target.is_dir() or not target.name:
        rule = "name a file, not a folder"
    elif not target.parent.is_dir():
        rule = "lie in an existing folder"
    elif not os.access(target.parent, os.W_OK):
        rule = "lie in a folder that may be written"
    else:
        target.exists()  # raises where a name is too long
    return rule


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """
    Give a path beside the target to write to; it takes the target's place when the block succeeds.

    A link keeps pointing where it does. What is no ordinary file (a pipe, a device) is written to directly.

    Parameters
    ----------
    target : Path
        Replaced in one step, left as it was on failure.

    Yields
    ------
    Path
        A new empty file in the same folder.

    Raises
    ------
    OSError
        The folder does not take a new file.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:  # it would name our temporary file
        raise OSError(f"{target} cannot be written: {error.strerror}") from None
    os.close(handle)
    part = Path(name)
    try:
        yield part
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)  # what an ordinary open() would have given
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
