"""The process that a target runs in: it loads one and answers calls until its input ends."""

from __future__ import annotations

import dataclasses
import importlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from ...errors import BackendError
from . import adapters, libraries, loading
from .invoking import invoke
from .outcome import Call, Outcome, Setup
from .printed import told
from .protocol import BrokenFrame, Message, read, write


def main() -> None:
    """Serve the two pipes that this process was started with, and end without waiting for the target's threads."""
    requests, answers = _taken_over()
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    code = 0
    try:
        serve(requests, answers)
    except BrokenFrame:
        code = 1
    os._exit(code)


def _follow(parent: int) -> None:
    """End with the process that started this one, however that ended, and whatever the target is doing."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _taken_over() -> tuple[BinaryIO, BinaryIO]:
    # The target, in Python or in C, must neither read our input nor write into our output: it gets an empty
    # input, and its output goes where its errors go. The copies are not inherited by processes that it starts.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """
    Load what the first message names and answer all others.

    Parameters
    ----------
    requests, answers : binary file
        Where messages come from and go to.
    """
    first = read(requests)
    if first is None:
        return
    setup = Setup(**first.fields["setup"])
    start = time.perf_counter()
    try:
        fn = _loaded(str(first.fields["name"]), setup)
    except (BackendError, ValueError, ImportError) as error:
        write(answers, Message("failed", {"kind": type(error).__name__, "error": str(error)}))
        return
    seconds = time.perf_counter() - start
    known = {"versions": loading.versions(fn, setup.arrays), "parameters": loading.parameters(fn), "seconds": seconds}
    write(answers, Message("ready", known))
    while (message := read(requests)) is not None:
        write(answers, _answer(fn, setup, message))


def _loaded(name: str, setup: Setup) -> Callable[..., Any]:
    if (setup.arrays, setup.dtype) == ("jax", "float64"):
        with suppress(ImportError):  # `usable` says it better
            importlib.import_module("jax").config.update("jax_enable_x64", True)
    adapters.fitting(setup)
    libraries.usable(setup)
    fn = loading.load(name)
    loading.accepting(name, fn, setup.kwargs)
    return fn


def _answer(fn: Callable[..., Any], setup: Setup, message: Message) -> Message:
    values, *other = message.arrays
    call = Call(values, **message.fields, other=other[0] if other else None)
    try:
        outcome = invoke(fn, setup, call)
    except KeyboardInterrupt as error:  # of the target: this process is out of the keyboard's reach
        outcome = Outcome("raised", error=told(error))
    return packed(outcome)


def packed(outcome: Outcome) -> Message:
    """Put an outcome into a message; `Outcome(values=arrays, **fields)` takes it out again."""
    fields = {
        entry.name: getattr(outcome, entry.name) for entry in dataclasses.fields(outcome) if entry.name != "values"
    }
    return Message("outcome", fields, outcome.values)


if __name__ == "__main__":
    main()
