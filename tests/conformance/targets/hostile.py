"""Targets that misbehave, as the text of a module that a child process imports."""

from __future__ import annotations

from pathlib import Path

import numpy as np

VALUES = np.array([[1.0, -2.0], [np.nan, 3.0], [5.0, -0.0]], dtype=np.float32)

TEXT = """
import os, signal, sys, threading, time
import numpy as np

print("printed while importing")
os.write(1, b"raw output while importing")


def double(x, steps=5, *, eps=1e-7):
    return 2 * x


def noisy(x):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    os.write(1, b"x" * 100_000)
    os.write(2, b"y" * 100_000)
    return x


def last_words(x):
    os.write(2, b"the end is near")
    os._exit(3)


def leaves(x):
    sys.exit(4)


def crashes(x):
    os.kill(os.getpid(), signal.SIGSEGV)


def sleeps(x):
    time.sleep(1000)


def spins(x):
    while True:
        pass


def interrupts(x):
    raise KeyboardInterrupt


def reads(x):
    return x + len(sys.stdin.read())


def closes(x):
    os.closerange(3, 100)
    return x


def threads(x):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return x


def spawns(x):
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(5)


def process(x):
    return x * 0 + os.getpid()


def once(x, path=None):
    open(path, "w").close()
    os._exit(1)


def wide(x, **kwargs):
    return np.array([float(kwargs == {"a": (1, 2.5, None), "b": {"c": [True, b"d"]}})])


class Group:
    @staticmethod
    def triple(x):
        return 3 * x
"""


def written(folder: Path, text: str = TEXT, name: str = "target.py") -> str:
    """Write a module and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
