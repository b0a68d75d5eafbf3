"""A target in this process: guarded, but it can hang or crash the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import sentence
from . import adapters, libraries, loading
from .invoking import invoke
from .outcome import Call, Outcome, Setup


class Inside:
    """
    A callable of this process as a `Target`.

    Parameters
    ----------
    fn : callable
        The target.
    setup : Setup
        How it is to be called.

    Raises
    ------
    MissingExtraError
        The array library is not installed.
    BackendError
        It finds no usable GPU.
    ValueError
        The library, dtype, device or adapter cannot be used, or `fn` is not callable with one array and the arguments.
    """

    def __init__(self, fn: Any, setup: Setup | None = None) -> None:
        self._fn, self._setup = fn, setup or Setup()
        if not callable(fn):
            got = f"{fn!r} of type {type(fn).__name__}"
            raise ValueError(sentence("verify", "target", "be callable, or a name", got, loading.EXAMPLE))
        libraries.usable(self._setup)
        adapters.fitting(self._setup)
        inner = loading.innermost(fn)
        qualified = getattr(inner, "__qualname__", None) or type(inner).__qualname__
        self.name = f"{getattr(inner, '__module__', None) or '?'}:{qualified}"
        loading.accepting(self.name, fn, self._setup.kwargs)
        self.versions: Mapping[str, str] = loading.versions(fn, self._setup.arrays)
        self.parameters = loading.parameters(fn)
        self.loading_seconds = 0.0

    def call(self, call: Call) -> Outcome:
        """Call the target."""
        return invoke(self._fn, self._setup, call)

    def close(self) -> None:
        """Do nothing: there is no process to end."""

    def __enter__(self) -> Inside:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
