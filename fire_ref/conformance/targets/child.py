"""A target in a process of its own, restarted after whatever ended it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ...errors import BackendError, MissingExtraError, sentence
from .outcome import Call, Outcome, Setup
from .process import Ended, Process
from .protocol import Message, literal

#: Seconds that importing a target and its libraries may always take.
LOADING = 120.0
#: What a child may refuse a setup with, by name; anything else is a ValueError here.
_REFUSALS: Mapping[str, type[Exception]] = {kind.__name__: kind for kind in (BackendError, MissingExtraError)}


class Child:
    """
    A callable, by name, in a child process, as a `Target`.

    Parameters
    ----------
    name : str
        "package.module:callable" or "path/file.py:callable".
    setup : Setup
        How it is to be called; its keyword arguments consist of Python literals.
    timeout : float
        Seconds for one `Call`, all its repetitions.

    Raises
    ------
    MissingExtraError
        The array library is not installed.
    BackendError
        It finds no usable GPU.
    ValueError
        The target cannot be loaded, or not be called as the setup says.
    """

    def __init__(self, name: str, setup: Setup | None = None, timeout: float = 60.0) -> None:
        self.name = name
        literal("verify", "kwargs", dict(setup.kwargs) if setup else {})
        self._setup, self._timeout = setup or Setup(), timeout
        self.versions: Mapping[str, str] = {}
        self.parameters: tuple[str, ...] = ()
        self.loading_seconds = 0.0
        self._lost = ""
        self._process: Process | None = self._started(first=True)

    def _started(self, *, first: bool = False) -> Process:
        process = Process()
        setup = {entry.name: getattr(self._setup, entry.name) for entry in dataclasses.fields(self._setup)}
        setup["kwargs"] = dict(self._setup.kwargs)
        limit = max(self._timeout, LOADING)
        try:
            answer = process.ask(Message("setup", {"name": self.name, "setup": setup}), limit)
        except Ended as error:
            got = f"{error}; it was {self.name}"
            raise ValueError(sentence("verify", "target", "be importable", got, "importing it in Python")) from None
        if answer.kind != "ready":
            process.kill()
            raise _REFUSALS.get(answer.fields["kind"], ValueError)(answer.fields["error"])
        if first:
            self.versions, self.parameters = answer.fields["versions"], answer.fields["parameters"]
            self.loading_seconds = answer.fields["seconds"]
        return process

    def call(self, call: Call) -> Outcome:
        """
        Call the target; after a hang, an exit or a crash the next call meets a fresh process.

        Parameters
        ----------
        call : Call
            On what.

        Returns
        -------
        Outcome
            "crashed" for all further calls once the process could not be started again.

        Raises
        ------
        ValueError
            The call's keyword arguments do not consist of Python literals.
        """
        if self._process is None and not self._lost:
            try:
                self._process = self._started()
            except (BackendError, ValueError, ImportError, OSError) as error:
                self._lost = f"the process could not be started again: {error}"
        if self._process is None:
            return Outcome("crashed", error=self._lost)
        outcome = self._answered(self._process, call)
        if outcome.status not in ("returned", "raised"):
            self._end()
        return outcome

    def _answered(self, process: Process, call: Call) -> Outcome:
        arrays = (call.values,) if call.other is None else (call.values, call.other)
        fields = {"form": call.form, "repeat": call.repeat, "kwargs": dict(call.kwargs)}
        try:
            answer = process.ask(Message("call", fields, arrays), self._timeout)
            return Outcome(values=answer.arrays, **answer.fields)
        except Ended as error:
            return Outcome(error.status, error=str(error))
        except TypeError as error:  # a message, but no outcome
            return Outcome("crashed", error=f"its answer cannot be read ({error})")
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def close(self) -> None:
        """End the process and whatever it started."""
        self._end()
        self._lost = self._lost or "the target has been closed"

    def __enter__(self) -> Child:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
