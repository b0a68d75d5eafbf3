"""Where the contestants work: the host on one thread, or one GPU on which CuPy and torch both lie."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from fire_ref import backend

from .timing import CPU_TIME, WALL, Clock


@dataclass(frozen=True)
class Device:
    """
    One device.

    Attributes
    ----------
    name : {"cpu", "cuda"}
        As torch calls it.
    xp : module
        NumPy or CuPy: what our functions are given.
    work, wall : Clock
        For ratios, and for what a user waits.
    torch, jax : module or None
        None where it is not installed or cannot use the device.
    """

    name: str
    xp: Any
    work: Clock
    wall: Clock
    torch: Any = None
    jax: Any = None

    def array(self, values: np.ndarray[Any, Any]) -> Any:
        """Return the values as our functions take them."""
        return self.xp.asarray(values)

    def tensor(self, values: np.ndarray[Any, Any]) -> Any:
        """Return the values as a torch tensor of its own memory."""
        return self.torch.tensor(values, device=self.name)

    def placed(self, model: Any) -> Any:
        """Return a torch model with its weights there."""
        return model.to(self.name)


def opened(name: str) -> Device:
    """
    Open a device with everything that is installed for it.

    Parameters
    ----------
    name : {"cpu", "cuda"}
        Which.

    Returns
    -------
    Device

    Raises
    ------
    BackendError
        CuPy cannot use a GPU.
    """
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # torch's profiler tells that it starts and stops
    if name == "cpu":
        return Device(name, np, CPU_TIME, WALL, installed("torch"), installed("jax"))
    backend("cupy")  # says what is wrong, if anything is
    cupy = installed("cupy")
    # JAX would take three quarters of the memory that is measured here.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    clock = Clock("wall clock, device synchronised", WALL.now, cupy.cuda.runtime.deviceSynchronize)
    torch, jax = installed("torch"), installed("jax")
    return Device(
        name,
        cupy,
        clock,
        clock,
        torch if torch is not None and torch.cuda.is_available() else None,
        jax if jax is not None and jax.default_backend() == "gpu" else None,
    )


def installed(name: str) -> Any:
    """Import a package, or return None where it is not there."""
    try:
        return import_module(name)
    except ImportError:
        return None


@contextmanager
def one_thread() -> Iterator[None]:
    """Let BLAS and torch use one thread; what they used before is put back."""
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 1
    with threadpool_limits(1):
        try:
            if torch is not None:
                torch.set_num_threads(1)
            yield
        finally:
            if torch is not None:
                torch.set_num_threads(before)
