"""A process that runs one command and tells how much memory it took beyond what it had when idle: RssAnon, sampled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def anonymous() -> int:
    """
    Return the bytes of this process that are no file's.

    Returns
    -------
    int

    Raises
    ------
    OSError
        The system does not tell.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise OSError("no RssAnon: not Linux")


def taken(arguments: list[str], warm: list[str], mutant: str = "") -> int:
    """Return the most bytes beyond idle that a command took in a process that had run a small one before."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.streaming.watching", json.dumps([warm, arguments, mutant])],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return int(told.stdout.splitlines()[-1])


def _watched(warm: list[str], arguments: list[str], mutant: str) -> int:
    from fire_ref.cli import main

    assert main(warm) == 0
    if mutant:
        exec(mutant, {})  # the test's own text
    idle, peak, over = anonymous(), [0], threading.Event()

    def sample() -> None:
        while not over.is_set():
            peak[0] = max(peak[0], anonymous())
            time.sleep(0.001)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        assert main(arguments) == 0
    finally:
        over.set()
        thread.join()
    return peak[0] - idle


if __name__ == "__main__":
    print(_watched(*json.loads(sys.argv[1])))  # noqa: T201 # what the test reads
