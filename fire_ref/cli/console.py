"""Where the commands write: standard output, of a sensible width, to a reader that may leave early."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

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
