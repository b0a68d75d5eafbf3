"""Several runs at a time, each worker a process; only this one writes results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock

from fire_ref.errors import sentence

from .configuration import Configuration
from .ledger import Record
from .refusing import UnusableError


def several(
    todo: Sequence[Configuration],
    done: Mapping[str, Collection[int]],
    emit: Callable[[Record], None],
    folder: Path,
    data: Path | None,
    jobs: int,
) -> None:
    """
    Make runs in worker processes.

    Parameters
    ----------
    todo : sequence of Configuration
        The runs.
    done : mapping of str to collection of int
        The key of a run -> tasks that are kept already.
    emit : callable
        Is given every record, one at a time.
    folder : Path
        For checkpoints.
    data : Path or None
        The user's own folder of data.
    jobs : int
        How many at a time.

    Raises
    ------
    UnusableError
        A worker ended before its runs did; the message is the last line that it wrote.
    """
    queue: SimpleQueue[Configuration] = SimpleQueue()
    for one in todo:
        queue.put(one)
    lock = Lock()
    workers = [_worker(folder, data) for _ in range(min(jobs, len(todo)))]

    def emptied(worker: subprocess.Popen[str]) -> None:
        assert worker.stdin is not None
        assert worker.stdout is not None
        while True:
            try:
                one = queue.get_nowait()
            except Empty:
                worker.stdin.close()
                return
            asked = {"configuration": one.plain(), "done": sorted(done.get(one.key, ()))}
            try:
                worker.stdin.write(json.dumps(asked) + "\n")
                worker.stdin.flush()
                while (record := json.loads(worker.stdout.readline())) is not None:
                    with lock:
                        emit(record)
            except (BrokenPipeError, json.JSONDecodeError):  # it has ended; stderr says why
                assert worker.stderr is not None
                lines = worker.stderr.read().strip().splitlines()
                got = lines[-1] if lines else f"exit status {worker.wait()}"
                rule = "go on to its end"
                raise UnusableError(sentence("figures", f"the run {one.key}", rule, got, "--resume --jobs 1")) from None

    try:
        with ThreadPoolExecutor(len(workers) or 1) as pool:
            try:
                for end in as_completed([pool.submit(emptied, worker) for worker in workers]):
                    end.result()
            except BaseException:
                # The threads wait for workers: those must end first, and find no other run to begin.
                while not queue.empty():
                    queue.get()
                for worker in workers:
                    worker.kill()
                raise
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout, worker.stderr):
                if pipe is not None:
                    with suppress(BrokenPipeError):  # what was never read
                        pipe.close()


def _worker(folder: Path, data: Path | None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"{__package__}.worker", str(folder), *([] if data is None else [str(data)])]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
