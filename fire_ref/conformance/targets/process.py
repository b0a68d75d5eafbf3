"""A process that answers messages, for as long as it lives: asked with a timeout, and ended with all it started."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any, BinaryIO, cast

from .printed import one_line, told
from .protocol import BrokenFrame, Message, read, write

#: The path of this process, so that the same modules are found; nothing is taken from the working directory.
START = "import sys; sys.path[:] = sys.argv[1:]; from fire_ref.conformance.targets.worker import main; main()"
#: Characters of what it wrote to standard error that are kept.
TAIL = 2000


class Ended(Exception):
    """
    The process is no more, or must not be used any more.

    Parameters
    ----------
    status : str
        "hung", "exited" or "crashed".
    reason : str
        One line.
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Process:
    """A fresh interpreter that runs `worker`, in a session of its own."""

    def __init__(self) -> None:
        path = [os.path.abspath(entry) for entry in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, to be killed as a whole; Windows has none and ignores it
        )
        self._killed = False
        self._tail = b""
        self._threads = [self._thread(self._drain)]

    def ask(self, message: Message, seconds: float) -> Message:
        """
        Send a message and wait for the answer.

        Parameters
        ----------
        message : Message
            The request.
        seconds : float
            How long to wait.

        Returns
        -------
        Message

        Raises
        ------
        Ended
            There was none; the process has been killed.
        """
        box: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads.append(self._thread(self._exchange, message, box))
        try:
            answer = self._wait(box, time.monotonic() + seconds, seconds)
        except BaseException:  # a keyboard interrupt, too: the answer would be taken for that of the next request
            self.kill()
            raise
        self._threads.pop().join()
        return answer

    def _exchange(self, message: Message, box: queue.SimpleQueue[Any]) -> None:
        # In a thread: only so can both directions have a timeout on every platform.
        try:
            write(cast(BinaryIO, self._process.stdin), message)
            box.put(read(cast(BinaryIO, self._process.stdout)))
        except Exception as error:
            box.put(error)

    def _wait(self, box: queue.SimpleQueue[Any], end: float, seconds: float) -> Message:
        answer: Any = None
        while answer is None:
            gone = self._process.poll() is not None
            left = end - time.monotonic()
            try:
                answer = box.get(timeout=0.5 if gone else max(0.0, min(0.1, left))) or BrokenFrame("none came")
            except queue.Empty:
                if gone:  # but something that it started holds its pipe open
                    answer = BrokenFrame("none came")
                elif left <= 0:
                    raise Ended("hung", f"no answer within {seconds:g} s") from None
        if isinstance(answer, Message):
            return answer
        if isinstance(answer, (OSError, BrokenFrame)):
            raise self._end(answer)
        raise cast(Exception, answer)  # the request itself could not be sent

    def _end(self, trouble: Exception) -> Ended:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        self.kill()
        if code is None:
            return Ended("crashed", f"its answer cannot be read ({told(trouble)}){self._last_words()}")
        if 0 <= code < 256:
            return Ended("exited", f"the process ended with exit code {code}{self._last_words()}")
        return Ended("crashed", f"the process was ended by {_named(-code)}{self._last_words()}")

    def _last_words(self) -> str:
        text = self._tail.decode("utf-8", "replace")[-TAIL:]
        return f"; its last words: {one_line(text[-300:], 300)}" if text.strip() else ""

    def _drain(self) -> None:
        stream = cast(BinaryIO, self._process.stderr)
        while data := os.read(stream.fileno(), 65536):
            self._tail = (self._tail + data)[-4 * TAIL :]

    def _thread(self, work: Any, *args: Any) -> threading.Thread:
        thread = threading.Thread(target=work, args=args, daemon=True)
        thread.start()
        return thread

    def kill(self) -> None:
        """End the process and what it started; do nothing if that has been done."""
        if self._killed:
            return
        self._killed = True
        if sys.platform != "win32":
            with suppress(OSError):  # its group outlives it as long as anything of it runs
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(2.0)
        if not any(thread.is_alive() for thread in self._threads):
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                with suppress(OSError):
                    cast(BinaryIO, stream).close()


def _named(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # Windows has codes, not signals
        return f"code {-number:#x}"
