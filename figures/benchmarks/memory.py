"""The most memory that a call held beyond what was there before, its result included."""

from __future__ import annotations

import tracemalloc
from itertools import accumulate
from typing import Any

from .device import Device
from .timing import Call


def peak_extra(device: Device, call: Call, *, torch: bool = False) -> int:
    """
    Measure one call, which has run before.

    Parameters
    ----------
    device : Device
        Where it works.
    call : callable
        What to run; its result is dropped.
    torch : bool
        Whether torch does the work, and not NumPy or CuPy.

    Returns
    -------
    int
        Bytes, by the allocator's own count. The system's marks of what is resident move with what it kept from before.
    """
    if device.name == "cuda":
        return _torch_cuda(device, call) if torch else _cupy(device, call)
    return traced(device.torch, call) if torch else counted(call)


def counted(call: Call) -> int:
    """
    Measure by Python: what NumPy's arrays held at once, without the working space of LAPACK.

    Parameters
    ----------
    call : callable
        What to run.

    Returns
    -------
    int
        Bytes.
    """
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        call()
        return max(0, tracemalloc.get_traced_memory()[1] - before)
    finally:
        if not running:
            tracemalloc.stop()


def traced(torch: Any, call: Call) -> int:
    """
    Measure by torch's profiler: what its tensors on the host held at once.

    Parameters
    ----------
    torch : module
        PyTorch.
    call : callable
        What to run.

    Returns
    -------
    int
        Bytes.
    """
    profiler = torch.profiler
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as found:
        call()
    # Only these say what was given back, and when; the public tables sum over operators.
    changes = [one.nbytes() for one in found.profiler.kineto_results.events() if one.name() == "[memory]"]
    return int(max(accumulate(changes), default=0))


def _torch_cuda(device: Device, call: Call) -> int:
    cuda = device.torch.cuda
    cuda.empty_cache()
    cuda.reset_peak_memory_stats()
    before = int(cuda.memory_allocated())
    call()
    device.work.wait()
    return int(cuda.max_memory_allocated()) - before


def _cupy(device: Device, call: Call) -> int:
    pool = device.xp.get_default_memory_pool()
    pool.free_all_blocks()
    before = int(pool.total_bytes())
    call()
    device.work.wait()
    return int(pool.total_bytes()) - before  # the pool gives nothing back meanwhile: this is the most it held
