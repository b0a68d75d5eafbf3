"""A graph is recorded after a first run, on its own stream, and only launched later; a refusal is no disaster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from figures.benchmarks.capturing import captured


class Refused(RuntimeError):
    """What the CUDA runtime raises."""


class Stream:
    """Tells what is asked of it."""

    def __init__(self, told: list[str], *, ends: bool) -> None:
        self.told, self.ends = told, ends

    def __enter__(self) -> None:
        self.told.append("enter")

    def __exit__(self, *_: object) -> None:
        self.told.append("leave")

    def synchronize(self) -> None:
        self.told.append("wait")

    def begin_capture(self) -> None:
        self.told.append("begin")

    def end_capture(self) -> Any:
        self.told.append("end")
        if not self.ends:
            raise Refused
        return SimpleNamespace(launch=lambda stream: self.told.append(f"launch on {type(stream).__name__}"))


class Pool:
    """Memory that only the graph has."""

    def malloc(self, size: int) -> int:
        return size


def cupy(told: list[str], *, ends: bool = True) -> Any:
    @contextmanager
    def using(malloc: Any) -> Iterator[None]:
        told.append(f"allocate from a {type(malloc.__self__).__name__}")
        yield
        told.append("allocate as before")

    return SimpleNamespace(
        cuda=SimpleNamespace(
            Stream=lambda non_blocking: Stream(told, ends=ends and non_blocking),
            MemoryPool=Pool,
            using_allocator=using,
            runtime=SimpleNamespace(CUDARuntimeError=Refused, deviceSynchronize=lambda: told.append("wait for all")),
        )
    )


def test_it_is_recorded_once_and_launched_each_time() -> None:
    told: list[str] = []
    call = captured(cupy(told), lambda: (told.append("work"), "result")[1])
    opened, recorded = ["wait for all", "allocate from a Pool", "enter"], ["work", "wait", "begin", "work", "end"]
    assert told == [*opened, *recorded, "leave", "allocate as before"]
    assert call is not None
    assert call() == call() == "result"
    assert told[10:] == ["launch on Stream"] * 2


@pytest.mark.parametrize("when", ["while it records", "at its end"])
def test_what_cannot_be_recorded_is_none(when: str) -> None:
    told: list[str] = []

    def call() -> None:
        told.append("work")
        if when == "while it records" and told.count("work") == 2:
            raise Refused

    assert captured(cupy(told, ends=False), call) is None
    assert told[-3:] == ["end", "leave", "allocate as before"]


def test_an_error_of_the_call_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        captured(cupy([]), lambda: 1 / 0)
