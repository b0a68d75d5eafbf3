"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """
    Give a path beside the target to write to; it takes the target's place when the block succeeds.

    Parameters
    ----------
    target : Path
        Replaced in one step, left as it was on failure.

    Yields
    ------
    Path
        A new empty file in the same folder.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
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
