"""Results that are read only, and kept small: NAME.jsonl.gz where there is no NAME.jsonl."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path


def kept(path: Path) -> Path:
    """
    Return where results lie.

    Parameters
    ----------
    path : Path
        The file of results as it is written.

    Returns
    -------
    Path
        That file; if only the packed one is there, that.
    """
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.exists() and not path.exists() else path


def content(path: Path) -> bytes:
    """
    Return what a file of results holds.

    Parameters
    ----------
    path : Path
        As it is written.

    Returns
    -------
    bytes

    Raises
    ------
    OSError
        There is neither, or it cannot be read; what is no whole gzip file has a `strerror` that says so.
    """
    where = kept(path)
    if where == path:
        return path.read_bytes()
    try:
        return gzip.decompress(where.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise OSError(0, f"no whole gzip file ({error})", str(where)) from None
