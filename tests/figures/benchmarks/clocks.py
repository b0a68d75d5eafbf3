"""A clock that only moves when a contestant says so, and devices that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import numpy as np

from figures.benchmarks.device import Device
from figures.benchmarks.timing import CPU_TIME, WALL, Clock


class Hands:
    """The time, and what happened when."""

    def __init__(self) -> None:
        self.time = 0.0
        self.told: list[str] = []

    def clock(self, name: str = "fake") -> Clock:
        """Return a clock that reads these hands."""
        return Clock(name, lambda: self.time, lambda: self.told.append("wait"))

    def taking(self, name: str, seconds: float | Iterable[float]) -> Callable[[], None]:
        """Return a contestant that moves the hands by each of its times in turn, and says that it ran."""
        times = cycle([seconds] if isinstance(seconds, float) else seconds)

        def call() -> None:
            self.told.append(name)
            self.time += next(times)

        return call


class Pool:
    """CuPy's pool, as far as it is asked: what was taken is kept."""

    def __init__(self) -> None:
        self.held, self.free = 100, 50

    def free_all_blocks(self) -> None:
        self.held, self.free = self.held - self.free, 0

    def total_bytes(self) -> int:
        return self.held


class Refused(RuntimeError):
    """What the CUDA runtime raises."""


class FakeStream:
    """A stream on which nothing can be recorded."""

    def __init__(self, *, non_blocking: bool) -> None:
        assert non_blocking  # the default stream cannot be recorded

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def synchronize(self) -> None: ...

    def begin_capture(self) -> None: ...

    def end_capture(self) -> None:
        raise Refused


class FakeCupy:
    """NumPy with what CuPy has beyond it."""

    def __init__(self) -> None:
        self.pool = Pool()
        runtime = SimpleNamespace(
            getDeviceProperties=lambda _: {"name": b"a fake GPU"},
            deviceSynchronize=lambda: self.waited.append(1),
            CUDARuntimeError=Refused,
        )
        self.cuda = SimpleNamespace(
            runtime=runtime,
            Device=lambda: SimpleNamespace(id=0),
            Stream=FakeStream,
            MemoryPool=lambda: SimpleNamespace(malloc=None),
            using_allocator=lambda _: nullcontext(),
        )
        self.waited: list[int] = []

    def get_default_memory_pool(self) -> Pool:
        return self.pool

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


class FakeCuda:
    """What torch.cuda says of its memory."""

    def __init__(self) -> None:
        self.allocated, self.highest = 1000, 9000

    def is_available(self) -> bool:
        return True

    def empty_cache(self) -> None: ...

    def reset_peak_memory_stats(self) -> None:
        self.highest = self.allocated

    def memory_allocated(self) -> int:
        return self.allocated

    def max_memory_allocated(self) -> int:
        return self.highest

    def take(self, size: int) -> None:
        self.highest = max(self.highest, self.allocated + size)


class FakeTorch:
    """torch, with a GPU that is none."""

    def __init__(self, torch: Any) -> None:
        self.torch, self.cuda = torch, FakeCuda()

    def tensor(self, values: Any, device: str) -> Any:
        assert device == "cuda"
        return self.torch.tensor(values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.torch, name)


class FakeDevice(Device):
    """A GPU whose models stay where they are."""

    def placed(self, model: Any) -> Any:
        return model


def host(torch: Any = None, jax: Any = None) -> Device:
    """Return the host with chosen peers."""
    return Device("cpu", np, CPU_TIME, WALL, torch, jax)


def fake_gpu(torch: Any = None) -> Device:
    """Return the host dressed as a GPU."""
    cupy = FakeCupy()
    clock = Clock("wall clock, device synchronised", WALL.now, cupy.cuda.runtime.deviceSynchronize)
    return FakeDevice("cuda", cupy, clock, clock, None if torch is None else FakeTorch(torch))
