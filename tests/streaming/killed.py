"""
A process that runs a command over and over in children that it kills with SIGKILL, each at a random moment.

Its own process, so that forking takes nothing along but what the command needs, already imported: a run then takes as
long as its work, and the moments fall into the work.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Told = list[dict[str, Any]]


def killed(arguments: list[str], out: str, times: int, seed: int, mutant: str = "") -> Told:
    """
    Run a command until it was killed so many times, beginning anew whenever it got to its end.

    Parameters
    ----------
    arguments : list of str
        Of the command, which writes to `out`.
    out : str
        A folder; that of the first uninterrupted run is left at `out` + ".whole".
    times : int
        How often to kill.
    seed : int
        Of the moments.
    mutant : str
        Python that spoils the package before anything is run.

    Returns
    -------
    list of dict
        Until a run failed, or far too few were killed.
        After each kill and each end: "ended" (exit status, or None), "files" (name -> SHA-256, below `out`).
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.streaming.killed", json.dumps([arguments, out, times, seed, mutant])],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def _child(main: Callable[[list[str]], int], arguments: list[str]) -> int:
    child = os.fork()
    if child:
        return child
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os._exit(main(arguments))


def _killing(arguments: list[str], out: str, times: int, seed: int, mutant: str) -> Told:
    import shutil

    from fire_ref.cli import main
    from fire_ref.cli import reinit as _heavy  # noqa: F401 # before the fork
    from fire_ref.streaming.arithmetic import arithmetic

    from .networks import digests

    arithmetic()
    if mutant:
        exec(mutant, {})  # the test's own text
    spread, moments = [], random.Random(seed)
    for _ in range(2):  # the first warms the caches
        shutil.rmtree(out, ignore_errors=True)
        begun = time.monotonic()
        _, status = os.waitpid(_child(main, arguments), 0)
        assert os.waitstatus_to_exitcode(status) == 0
        spread.append(time.monotonic() - begun)
    shutil.move(out, f"{out}.whole")
    whole = digests(Path(f"{out}.whole"))
    told: Told = []
    kills = 0
    while True:
        child = _child(main, arguments)
        if kills < times:
            time.sleep(moments.uniform(0, 0.9 * spread[1]))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        kills += code == -signal.SIGKILL
        ended = None if code == -signal.SIGKILL else code
        files = digests(Path(out)) if Path(out).exists() else {}
        told.append({"ended": ended, "files": files})
        if ended or (ended == 0 and kills >= times) or len(told) > 10 * times + 10:
            return told
        if ended == 0 or files == whole:  # killed while it told of what it had done
            shutil.rmtree(out)


if __name__ == "__main__":
    print(json.dumps(_killing(*json.loads(sys.argv[1]))))  # noqa: T201 # what the test reads
