"""What the numbers were taken on: processor, threads, GPU, versions, and which peers are not there. No date."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..catalogue import Data
from .device import Device

PACKAGES = ("numpy", "scipy", "torch", "jax", "jaxlib", "cupy-cuda12x", "cupy-cuda13x")
CPUINFO = Path("/proc/cpuinfo")


def machine(device: Device) -> Data:
    """
    Describe what is measured on.

    Parameters
    ----------
    device : Device
        Where the contestants work.

    Returns
    -------
    dict
        cpu, cores, gpu (None: nothing here ran on one), clock, versions and what is absent.
    """
    peers = {"torch": device.torch, "jax": device.jax}
    return {
        "cpu": processor(CPUINFO),
        "cores": os.cpu_count(),
        "gpu": gpu(device),
        "clock": device.work.name,
        "versions": {"python": platform.python_version()} | _versions(),
        "absent": [name for name, module in peers.items() if module is None],
    }


def processor(path: Path) -> str:
    """
    Return what the processor calls itself.

    Parameters
    ----------
    path : Path
        Where Linux says it; elsewhere the platform is asked.

    Returns
    -------
    str
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named and named[0] else platform.processor() or platform.machine()


def gpu(device: Device) -> str | None:
    """Return what the GPU is called, or None on the host."""
    if device.name == "cpu":
        return None
    name: Any = device.xp.cuda.runtime.getDeviceProperties(device.xp.cuda.Device().id)["name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
