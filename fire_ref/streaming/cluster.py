"""Dask: many processes, on this machine or on many, that read and write the files of one shared folder."""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from ..errors import missing_extra, sentence
from .arithmetic import arithmetic, digest
from .engine import Counted, Settle, Tell, for_a_cluster
from .orders import Make, Order
from .performing import perform
from .request import Request

#: How often a worker may die over one order before that is taken for the order's fault.
DEATHS = 5
#: Seconds to find a scheduler and its first worker.
PATIENCE = 30
#: Orders that each worker has at hand: while one is computed the next is on its way.
AHEAD = 2


class Cluster:
    """
    A cluster's workers.

    Attributes
    ----------
    client : distributed.Client
        The way to them.
    mixed : bool
        Whether they may differ.
    arithmetic : dict of str to str
        What they all have.
    """

    def __init__(self, function: str, client: Any, *, mixed: bool) -> None:
        self.client = client
        self.mixed = mixed
        self.arithmetic = {"workers": "mixed"} if mixed else _agreed(function, client)

    def carry_out(self, function: str, orders: Sequence[Order], settle: Settle, tell: Tell | None) -> None:
        """
        Do all orders, the largest first.

        Parameters
        ----------
        function : str
            Who asks.
        orders : sequence of Order
            In any order.
        settle : callable
            Told of each that is done.
        tell : callable or None
            Told of the progress.
        """
        from distributed import as_completed

        counted, kernel = Counted(orders, tell), None if self.mixed else digest(self.arithmetic)
        queue = [(_rank(order), i, order) for i, order in enumerate(orders)]
        heapq.heapify(queue)
        number, token = len(queue), secrets.token_hex(4)  # what another run has called so must not be taken for it
        running: dict[str, Order] = {}
        ready = as_completed([])
        while queue or running:
            while queue and len(running) < AHEAD * max(1, len(self.client.nthreads())):
                _, _, order = heapq.heappop(queue)
                future = self.client.submit(
                    perform,
                    function,
                    for_a_cluster(order, kernel),
                    key=f"{order.label}-{token}-{number}",
                )
                number += 1
                running[future.key] = order
                ready.add(future)
                counted.begun(order)
            future = next(ready)
            order = running.pop(future.key)
            outcome = _result(function, future, order)
            future.release()
            counted.finished(order)
            following = list(settle(order, outcome))
            counted.more(following)
            for more in following:
                heapq.heappush(queue, (_rank(more), number, more))
                number += 1


def _rank(order: Order) -> tuple[int, int]:
    """Put what finishes a file before all else, then the largest matrices, then what is only copied."""
    return (1 if isinstance(order, Make) else 0 if not hasattr(order, "ranges") else 2), -order.cost


def _result(function: str, future: Any, order: Order) -> Any:
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except (CancelledError, FutureCancelledError):
        rule, advice = "stay until the end", "the same command again, which goes on where it stopped"
        raise OSError(sentence(function, "the scheduler", rule, "a lost connection", advice)) from None
    except KilledWorker:
        rule = f"outlive {order.label!r}"
        got = f"{DEATHS + 1} that died over it"
        advice = "more memory: --dry-run says how much; then the same command again"
        raise OSError(sentence(function, "workers", rule, got, advice)) from None


def _agreed(function: str, client: Any) -> dict[str, str]:
    """
    Return the arithmetic that all workers have.

    Raises
    ------
    ValueError
        They differ.
    """
    try:
        found: dict[str, dict[str, str]] = dict(sorted(client.run(arithmetic).items()))
    except ImportError as error:
        rule, advice = "have fire_ref", "installing the same version everywhere"
        raise ValueError(sentence(function, "all workers", rule, error, advice)) from None
    (first, agreed), *others = found.items()
    for address, other in others:
        for key, value in other.items():
            if value != agreed[key]:
                here, there = _apart(agreed[key], value)
                got = f"{key} {there!r} on {address}, {here!r} on {first}"
                rule = "have one BLAS build and CPU kernel, or the bits differ"
                raise ValueError(sentence(function, "all workers", rule, got, "--mixed, or workers of one kind"))
    return agreed


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return what differs of two lists of builds, which are long."""
    pairs = zip_longest(one.split("; "), other.split("; "), fillvalue="none")
    return next(pair for pair in pairs if pair[0] != pair[1])


@contextmanager
def cluster(function: str, request: Request) -> Iterator[Cluster]:
    """
    Start or find a cluster, for as long as the block runs.

    Parameters
    ----------
    function : str
        Who asks.
    request : Request
        How many workers, or whose.

    Yields
    ------
    Cluster

    Raises
    ------
    MissingExtraError
        Dask is not installed.
    OSError
        No scheduler, or none with workers.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        error = missing_extra(f"{function} --workers", "dask.distributed", "dask")
        raise error from None
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.comm.timeouts.connect": f"{PATIENCE}s",
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
    }
    with dask.config.set(settings):
        if request.scheduler is None:
            local = LocalCluster(
                n_workers=request.workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                dashboard_address=None,
                silence_logs=50,
            )
            with local, Client(local) as client:
                yield Cluster(function, client, mixed=request.mixed)
            return
        try:
            client = Client(request.scheduler, timeout=PATIENCE)
        except (OSError, ValueError, TypeError) as error:
            got = f"{request.scheduler!r} ({error})"
            rule = "be the address of a running Dask scheduler"
            raise OSError(sentence(function, "--scheduler", rule, got, "tcp://host:8786")) from None
        with client:
            _require_workers(function, client, request.scheduler)
            yield Cluster(function, client, mixed=request.mixed)


def _require_workers(function: str, client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        got = f"{address!r}, which has none"
        raise OSError(sentence(function, "--scheduler", "have workers", got, "dask worker " + address)) from None
