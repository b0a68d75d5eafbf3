"""One guarded call in this process: whatever the target does becomes an `Outcome`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import sentence
from . import adapters
from .answers import Answer, device_of, settle, to_host
from .libraries import to_library
from .outcome import Call, Outcome, Raw, Setup
from .printed import captured, told
from .watch import watching


def invoke(fn: Callable[..., Any], setup: Setup, call: Call) -> Outcome:
    """
    Call a target on copies of some values.

    It runs under NumPy's error state "ignore" and without warnings, whatever the caller has set. Only
    KeyboardInterrupt gets through.

    Parameters
    ----------
    fn : callable
        The target.
    setup : Setup
        How it is to be called.
    call : Call
        On what.

    Returns
    -------
    Outcome

    Raises
    ------
    KeyboardInterrupt
        The user, or the target, raised it.
    """
    run = _Run(fn, setup, call)
    status, error = "returned", ""
    # The filters are changed outside the watch: it sees those that the target installs, and none of ours.
    with captured() as printed, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with watching() as state:
            try:
                run.all()
            except KeyboardInterrupt:
                raise
            except SystemExit as trouble:
                status, error = "exited", told(trouble)
            except BaseException as trouble:
                status, error = "raised", told(trouble)
    return run.outcome(status, error, printed.text, state.changed)


class _Run:
    """The calls of one `Call`, and what was found out on the way."""

    def __init__(self, fn: Callable[..., Any], setup: Setup, call: Call) -> None:
        self.fn, self.setup, self.call = fn, setup, call
        self.kwargs: Mapping[str, Any] = {**setup.kwargs, **call.kwargs}
        self.answers: list[Answer] = []
        self.device = ""
        self.changed_input = self.aliased = False
        self.extra_changed: tuple[str, ...] = ()
        self.seconds = 0.0

    def all(self) -> None:
        first = self.once(self.call.values)
        self.answers.append(to_host(first))
        if self.call.other is not None:
            seconds = self.seconds
            self.once(self.call.other)
            self.seconds = seconds
            self.aliased = not _same(self.answers[0].values, to_host(first).values)
        del first  # it may be large
        for _ in range(self.call.repeat - 1):
            self.answers.append(to_host(self.once(self.call.values)))

    def once(self, values: Raw) -> Array:
        if self.setup.adapter is not None:
            return self._on_module(values, self.setup.adapter)
        given = to_library(values, self.setup.arrays, self.call.form, self.setup.device)
        self.device = device_of(given)
        try:
            return self._timed(given, lambda returned: given if self.setup.in_place else self._picked(returned))
        finally:
            self.changed_input |= not self.setup.in_place and _written(given, values)

    def _on_module(self, values: Raw, adapter: str) -> Array:
        given = adapters.module(adapter, values, self.call.form, self.setup.device)
        before, weight = adapters.rest(given), adapters.weight(given)
        self.device = device_of(weight)
        held = [given]

        def answer(returned: object) -> Array:
            held[0] = given if self.setup.in_place else adapters.holder(self._picked(returned), given)
            return adapters.weight(held[0])

        found = self._timed(given, answer)
        self.changed_input |= held[0] is not given and _written(weight, values)
        self.extra_changed = self.extra_changed or adapters.differing(before, adapters.rest(held[0]))
        return found

    def _timed(self, given: Any, answer: Callable[[Any], Array]) -> Array:
        start = time.perf_counter()
        try:
            found = answer(self.fn(given, **self.kwargs))
            settle(found)
            return found
        finally:
            self.seconds += time.perf_counter() - start

    def _picked(self, returned: Any) -> Any:
        return returned if self.setup.result is None else pick(returned, self.setup.result)

    def outcome(self, status: str, error: str, printed: str, state: tuple[str, ...]) -> Outcome:
        done = status == "returned"
        first = self.answers[0] if done else Answer(None, "")
        values = tuple(answer.values for answer in self.answers if answer.values is not None) if done else ()
        return Outcome(
            status,
            values,
            first.type_name,
            first.dtype,
            first.device,
            first.shape,
            own_type=not done or first.library == self.setup.arrays,
            given_device=self.device,
            own_device=not first.library or first.device == self.device,
            changed_input=self.changed_input,
            aliased=self.aliased,
            extra_changed=self.extra_changed,
            error=error or first.error,
            printed=printed,
            state=state,
            seconds=self.seconds,
        )


def pick(returned: Any, result: int | str) -> Any:
    """
    Take the answer out of what a target returned.

    Parameters
    ----------
    returned : object
        A tuple or a list for an index; a mapping or an object with attributes for a field.
    result : int or str
        The index or the field.

    Returns
    -------
    object

    Raises
    ------
    LookupError
        There is no such item.
    """
    if isinstance(result, int):
        if isinstance(returned, Sequence) and -len(returned) <= result < len(returned):
            return returned[result]
    elif isinstance(returned, Mapping):
        if result in returned:
            return returned[result]
    elif hasattr(returned, result):
        return getattr(returned, result)
    size = f" of {len(returned)}" if isinstance(returned, (Sequence, Mapping)) else ""
    got = f"result={result!r} for a {type(returned).__name__}{size}"
    raise LookupError(sentence("verify", "result", "be an item of what the target returns", got, "result=None"))


def _written(given: Array, values: Raw) -> bool:
    return not _same(values, to_host(given, limit=float("inf")).values)


def _same(one: Raw | None, other: Raw | None) -> bool:
    # Bit by bit: -0 is not 0. No values: deleted (JAX can donate its input), or never there.
    if one is None or other is None:
        return one is other
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    # MLX passes float16 on through float32, which gives a NaN other bits; it is still a NaN.
    there = one == one
    return np.array_equal(there, other == other) and one[there].tobytes() == other[there].tobytes()
