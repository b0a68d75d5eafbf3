"""A progress bar for whoever waits: on stderr, if that is a terminal, and only when it takes a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from .console import printable

Tell: TypeAlias = Callable[[int, int, str], None]
#: Seconds before which no bar appears.
PATIENCE = 2.0
#: Characters of what is being done.
ROOM = 48


@contextmanager
def progress(patience: float = PATIENCE) -> Iterator[Tell | None]:
    """
    Show a bar while the block runs longer than somebody's patience.

    Parameters
    ----------
    patience : float
        Seconds.

    Yields
    ------
    callable or None
        To be told of done, total and what is done now; None where nobody would see it.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    text = TextColumn("{task.description}", markup=False)
    bar = Progress(
        BarColumn(),
        TimeRemainingColumn(),
        text,
        console=console,
        transient=True,
        # Started by the clock while a target is silenced, it would later put back streams that are gone.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task("", total=None)

    def tell(done: int, total: int, what: str) -> None:
        bar.update(task, description=printable(what, ROOM), completed=done, total=total)

    # By the clock, not when told: the first call may be the one that hangs.
    timer = Timer(patience, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
        timer.join()  # so that it starts no bar after it was stopped
        bar.stop()
