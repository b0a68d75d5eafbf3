"""The most that was held at once: known allocations are found, what is freed before is not added."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks.memory import counted, peak_extra

from ...backends import available
from .clocks import FakeTorch, fake_gpu, host

SIZE = 32 * 2**20
#: Python's own objects.
ROOM = 2**16


def two_at_once() -> np.ndarray:
    first = np.ones(SIZE // 8)
    return first + 1


def one_after_the_other() -> None:
    for _ in range(4):
        np.ones(SIZE // 8)


def test_numpy_is_counted_to_the_byte() -> None:
    assert counted(two_at_once) == pytest.approx(2 * SIZE, abs=ROOM)
    assert peak_extra(host(), two_at_once) == pytest.approx(2 * SIZE, abs=ROOM)
    assert counted(one_after_the_other) == pytest.approx(SIZE, abs=ROOM)
    assert counted(lambda: None) < ROOM


def test_counting_goes_on_where_it_went_on_before() -> None:
    import tracemalloc

    assert not tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        kept = np.ones(SIZE // 8)
        np.ones(SIZE)  # a higher mark, from before
        assert counted(two_at_once) == pytest.approx(2 * SIZE, abs=ROOM)
        assert tracemalloc.is_tracing()
        del kept
    finally:
        tracemalloc.stop()


def test_torch_is_traced_to_the_byte() -> None:
    torch = available("torch")

    def some() -> None:
        for size in (5, 7, 9, 4):  # one after the other
            torch.ones(size * 1000)

    assert peak_extra(host(torch), lambda: torch.ones(1000) + 1, torch=True) == pytest.approx(8000, abs=256)
    assert peak_extra(host(torch), some, torch=True) == 36000
    assert peak_extra(host(torch), lambda: None, torch=True) == 0


def test_cupys_pool_is_emptied_first() -> None:
    device = fake_gpu()

    def call() -> None:
        device.xp.pool.held += 700

    assert peak_extra(device, call) == 700
    assert device.xp.pool.free == 0
    assert device.xp.waited


def test_torchs_own_mark_is_put_back_first() -> None:
    device = fake_gpu(torch=object())
    assert isinstance(device.torch, FakeTorch)
    assert peak_extra(device, lambda: device.torch.cuda.take(300), torch=True) == 300
