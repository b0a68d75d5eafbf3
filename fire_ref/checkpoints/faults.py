"""How a file that cannot be read is refused: one sentence, with the file, what is wrong with it, and what to do."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

from ..errors import sentence

AGAIN = "fetching it again"


def refuse(function: str, path: Path, kind: str, got: object, advice: str = AGAIN) -> NoReturn:
    """
    Refuse a file that is not what it should be.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.
    kind : str
        What it should be, as "a safetensors file".
    got : object
        What is wrong.
    advice : str
        What to try.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(sentence(function, str(path), f"be {kind}", got, advice)) from None


def no_numbers(function: str, path: Path, name: str, got: str) -> NoReturn:
    """
    Refuse to read a tensor that is listed and holds nothing to compute with.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.
    name : str
        The tensor.
    got : str
        What it holds.

    Raises
    ------
    TypeError
        Always.
    """
    rule = "hold floating-point numbers of 16 to 64 bits"
    raise TypeError(sentence(function, f"{name[:80]!r} in {path}", rule, got, "another tensor")) from None


def size_of(function: str, path: Path) -> int:
    """
    Return a file's size in bytes.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The file.

    Returns
    -------
    int

    Raises
    ------
    FileNotFoundError
        There is none.
    PermissionError
        It may not be read.
    IsADirectoryError
        It is a folder.
    ValueError
        It is no ordinary file, or empty, or its name is no name.
    OSError
        Anything else the system has against it.
    """
    try:
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode):
            with path.open("rb"):
                pass  # may it be read?
    except FileNotFoundError:
        raise FileNotFoundError(sentence(function, str(path), "exist", "no such file", "another path")) from None
    except PermissionError:
        advice = "chmod, or another user"
        raise PermissionError(sentence(function, str(path), "be readable", "no permission", advice)) from None
    except OSError as error:
        raise type(error)(sentence(function, str(path), "be readable", error.strerror, "another path")) from None
    except ValueError:  # a zero byte in the name
        raise ValueError(sentence(function, "checkpoint", "be a path", repr(str(path)), "another path")) from None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(sentence(function, str(path), "be a file", "a folder", _inside(path)))
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(sentence(function, str(path), "be an ordinary file", "a device or pipe", "a file"))
    if found.st_size == 0:
        raise ValueError(sentence(function, str(path), "hold something", "an empty file", AGAIN))
    return found.st_size


def _inside(folder: Path) -> str:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        names = []
    wanted = [name for name in names if name.endswith(".safetensors.index.json")]
    wanted += [name for name in names if name.endswith((".safetensors", ".npz"))]
    return str(folder / wanted[0]) if wanted else "a .safetensors or .npz file"
