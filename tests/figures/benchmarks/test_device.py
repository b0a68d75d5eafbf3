"""The host takes what is installed; a GPU what can use it; one thread for all, and back."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from figures.benchmarks import device
from figures.benchmarks.device import installed, one_thread, opened
from figures.benchmarks.timing import CPU_TIME, WALL
from fire_ref import BackendError

from ...backends import available
from .clocks import FakeCupy, fake_gpu


def test_the_host_is_numpy_and_the_processors_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "installed", lambda name: name.upper())
    monkeypatch.setenv("KINETO_LOG_LEVEL", "99")
    found = opened("cpu")
    assert (found.xp, found.work, found.wall, found.torch, found.jax) == (np, CPU_TIME, WALL, "TORCH", "JAX")


def test_a_gpu_is_synchronised_and_has_only_peers_that_can_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cupy = FakeCupy()

    def peers(usable: bool) -> dict[str, object]:
        torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: usable))
        return {
            "cupy": cupy,
            "torch": torch,
            "jax": SimpleNamespace(default_backend=lambda: "gpu" if usable else "cpu"),
        }

    monkeypatch.setattr(device, "backend", lambda name: None)
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "true")  # put back afterwards
    for usable in (True, False):
        there = peers(usable)
        monkeypatch.setattr(device, "installed", there.get)
        found = opened("cuda")
        assert found.xp is cupy
        assert (found.torch is there["torch"], found.jax is there["jax"]) == (usable, usable)
        for clock in (found.work, found.wall):
            cupy.waited.clear()
            clock.wait()
            assert cupy.waited == [1]
            assert clock.now is WALL.now


def test_no_gpu_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(name: str) -> None:
        raise BackendError(f"{name} cannot be used")

    monkeypatch.setattr(device, "backend", refused)
    with pytest.raises(BackendError, match="cupy cannot be used"):
        opened("cuda")


def test_what_is_not_installed_is_none() -> None:
    assert installed("no_such_package_as_this") is None
    assert installed("numpy") is np


def test_tensors_lie_on_the_device_with_memory_of_their_own() -> None:
    torch = available("torch")
    values = np.zeros(3)
    tensor = fake_gpu(torch).tensor(values)  # it asserts the name
    values[0] = 1
    assert tensor.tolist() == [0, 0, 0]


def test_one_thread_and_back() -> None:
    torch = available("torch")
    torch.set_num_threads(2)
    before = [one["num_threads"] for one in threadpool_info()]

    def fail() -> None:
        with one_thread():
            assert {one["num_threads"] for one in threadpool_info()} == {1}
            assert torch.get_num_threads() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert torch.get_num_threads() == 2
    assert [one["num_threads"] for one in threadpool_info()] == before
