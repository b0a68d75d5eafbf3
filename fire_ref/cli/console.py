"""Where the commands write: standard output, of a sensible width, to a reader that may leave early."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from rich.cells import cell_len
from rich.console import Console

#: What a table needs, and what a window has at least.
WIDTH, LEAST = 80, 20


class Output(Console):
    """Standard output; a reader that leaves early, as `head` does, is no verdict on anything."""

    def __init__(self, width: int | None = None) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a name that the terminal has no letters for
        super().__init__(width=width)
        if self.width < LEAST:
            self.width = WIDTH  # a terminal that does not know its width

    def on_broken_pipe(self) -> None:
        """
        Stop as a program stops that SIGPIPE reaches.

        Raises
        ------
        SystemExit
            With status 141.
        """
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141)


def printable(name: str, room: int | None) -> str:
    """
    Shorten a tensor's name in the middle: both ends tell it from its neighbours.

    Parameters
    ----------
    name : str
        From a file; control characters never reach the terminal.
    room : int or None
        Characters; None for no limit.

    Returns
    -------
    str

    Examples
    --------
    >>> printable("encoder.layer.0.attention.self.query.weight", 24)
    'encoder.laye…uery.weight'
    """
    name = "".join(c if c.isprintable() else "?" for c in name)
    if room is None or cell_len(name) <= room:
        return name
    for letters in range(room, 1, -1):  # fewer where letters are two cells wide
        half = letters // 2
        shortened = f"{name[:half]}…{name[len(name) - (letters - half - 1) :]}"
        if cell_len(shortened) <= room:
            return shortened
    return "…"
