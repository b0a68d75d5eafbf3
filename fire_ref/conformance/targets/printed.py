"""What foreign code prints, kept short, and what it raises, told in one line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

#: Characters of an error message, and of what was printed, that are kept.
LONGEST_ERROR = 400
LONGEST_PRINTED = 500


def told(error: BaseException) -> str:
    """Tell an exception as "ValueError: message", on one line; an exception that cannot be printed is only named."""
    try:
        text = str(error)
    except (Exception, SystemExit):
        text = ""
    name = type(error).__name__
    return one_line(f"{name}: {text}" if text else name, LONGEST_ERROR)


def one_line(text: str, longest: int) -> str:
    """Put a text on one line and cut it."""
    line = " ".join(text[: 8 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 4]} ..."


class Printed(io.RawIOBase):
    """The beginning of what was written; the rest is dropped, so that a talkative target fills no memory."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        raw = bytes(data)
        self._kept += raw[: max(0, 4 * LONGEST_PRINTED - len(self._kept))]
        return len(raw)

    @property
    def text(self) -> str:
        """What was kept."""
        return self._kept.decode("utf-8", "replace")[:LONGEST_PRINTED]


@contextmanager
def captured() -> Iterator[Printed]:
    """
    Redirect what Python code writes to standard output and error.

    Yields
    ------
    Printed
        Where it goes.
    """
    kept = Printed()
    # A real text stream: targets use .buffer, .encoding and .flush, too.
    stream: Any = io.TextIOWrapper(kept, "utf-8", "backslashreplace", newline="\n", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        yield kept
