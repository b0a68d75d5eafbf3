"""A call recorded once as a CUDA graph and launched whole: what remains of its time when nothing is launched singly."""

from __future__ import annotations

from typing import Any

from .timing import Call


def captured(cupy: Any, call: Call) -> Call | None:
    """
    Record a call on a stream of its own.

    Parameters
    ----------
    cupy : module
        CuPy, on a device.
    call : callable
        Launches work, reads nothing back, and returns its results, which are held.

    Returns
    -------
    callable or None
        Launches the graph and returns the results; None where the device refuses to record it.
    """
    # A pool of its own, kept for as long as the graph: whoever frees what the common pool does not use would take the
    # memory of what the graph computes on the way.
    pool = cupy.cuda.MemoryPool()
    stream = cupy.cuda.Stream(non_blocking=True)
    cupy.cuda.runtime.deviceSynchronize()  # such a stream does not wait for copies made on the common one
    with cupy.cuda.using_allocator(pool.malloc), stream:
        call()  # libraries make their handles, and the pool takes its memory, before recording
        stream.synchronize()
        stream.begin_capture()
        try:
            results = call()
        except Exception:  # each library says in its own way that something may not be recorded
            _abandoned(cupy, stream)
            return None
        try:
            graph = stream.end_capture()
        except cupy.cuda.runtime.CUDARuntimeError:
            return None
    return lambda: (pool, graph.launch(stream), results)[2]


def _abandoned(cupy: Any, stream: Any) -> None:
    """Leave the recording, which the error has spoiled."""
    try:
        stream.end_capture()
    except cupy.cuda.runtime.CUDARuntimeError:
        return
