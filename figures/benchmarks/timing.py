"""
Contestants timed in turn, so that whatever else the machine does falls on all of them; ratios within each round.

On the host the process's CPU time counts, all its threads together: what other processes take does not count. On a GPU
it is the wall clock, read when the device has finished.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from statistics import median
from typing import Any, NamedTuple, TypeAlias

Call: TypeAlias = Callable[[], Any]
Times: TypeAlias = dict[str, list[float]]

#: A call is repeated at most so often within one round.
MOST = 10_000


class Clock(NamedTuple):
    """
    What is read before and after.

    Attributes
    ----------
    name : str
        What it measures, for the reader.
    now : callable
        Seconds.
    wait : callable
        Returns when everything asked for is done.
    """

    name: str
    now: Callable[[], float]
    wait: Callable[[], Any] = lambda: None


CPU_TIME = Clock("process CPU time", time.process_time)
WALL = Clock("wall clock", time.perf_counter)


class Pace(NamedTuple):
    """How many rounds, fewer where one call takes long; a round of a short call is repeated until it takes `least`."""

    rounds: int = 7
    few: int = 3
    long: float = 10.0
    least: float = 0.02


def in_turn(calls: Mapping[str, Call], clock: Clock, pace: Pace) -> Times:
    """
    Time every contestant once in each round, one after the other.

    Parameters
    ----------
    calls : mapping of str to callable
        The contestants.
    clock : Clock
        What to read.
    pace : Pace
        How often.

    Returns
    -------
    dict
        Seconds of one call, for each contestant and round.
    """
    # The first run compiles, allocates and warms up: it only tells how long things take.
    first = {name: _seconds(call, 1, clock) for name, call in calls.items()}
    repeats = {name: _repeats(call, first[name], clock, pace.least) for name, call in calls.items()}
    rounds = pace.few if max(first.values(), default=0.0) > pace.long else pace.rounds
    found: Times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(_seconds(call, repeats[name], clock))
    return found


def _repeats(call: Call, first: float, clock: Clock, least: float) -> int:
    if first >= least:
        return 1
    again = _seconds(call, 1, clock)
    return min(MOST, ceil(least / again)) if again > 0 else MOST


def _seconds(call: Call, times: int, clock: Clock) -> float:
    clock.wait()
    start = clock.now()
    for _ in range(times):
        call()
    clock.wait()
    return (clock.now() - start) / times


def each(what: Callable[[Any], Any], items: Sequence[Any]) -> Call:
    """
    Return a call that does the same to every item and keeps no result, as what replaces a weight drops it.

    Parameters
    ----------
    what : callable
        Of one item.
    items : sequence
        What to go through.

    Returns
    -------
    callable
    """

    def call() -> None:
        for item in items:
            what(item)

    return call


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return least, median and greatest of some numbers."""
    return {"min": min(values), "median": median(values), "max": max(values)}


def ratios(times: Times, over: str, under: str) -> dict[str, float]:
    """
    Say how many times as fast one contestant is as another.

    Parameters
    ----------
    times : dict
        Of `in_turn`.
    over, under : str
        The slower and the faster, if the ratio is above 1.

    Returns
    -------
    dict
        min, median and max of the ratios of each round.
    """
    return spread([a / b for a, b in zip(times[over], times[under], strict=True)])
