"""Runs against runs, seed by seed: scores, paired differences, and intervals by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .ledger import Record, place
from .problems import PROBLEMS, configured

#: Two-sided.
CONFIDENCE = 0.95
#: Seeds up to which every resample is formed: 6^6 of them. With more seeds, so many are drawn.
ALL, DRAWN = 6, 20_000

#: Arm -> seed -> the metric.
Scores = dict[str, dict[int, float]]


class Interval(NamedTuple):
    """
    A mean over seeds with its percentile interval; without one, for a single seed.

    Attributes
    ----------
    mean : float
        Over seeds.
    low, high : float or None
        Ends of the interval by the bootstrap.
    seeds : int
        How many.
    steady : bool
        Whether Student's interval of the same confidence, which is wider where seeds are few, leaves out zero.
    """

    mean: float
    low: float | None
    high: float | None
    seeds: int
    steady: bool = True


def scores(records: Sequence[Record], panel: str) -> Scores:
    """
    Return the metric of every run of a panel that is finished.

    Parameters
    ----------
    records : sequence of dict
        Results.
    panel : str
        Of `problems.PROBLEMS`.

    Returns
    -------
    dict of str to dict of int to float
        Arm -> seed -> the mean of what its tasks count, each as often as it says.
    """
    return _each(records, panel, lambda run: [record["counted"] for record in run if record["counted"] is not None])


def learned(records: Sequence[Record], panel: str) -> Scores:
    """
    Return how well every run that is finished was trained: what the positive control goes by.

    Parameters
    ----------
    records : sequence of dict
        Results.
    panel : str
        Of `problems.PROBLEMS`.

    Returns
    -------
    dict of str to dict of int to float
        The mean of "online" over all tasks but the first, where the panel's problem says so; otherwise `scores`.
    """
    if not PROBLEMS[panel].online:
        return scores(records, panel)
    return _each(records, panel, lambda run: [(1, record["online"]) for record in run if record["task"]])


def _each(records: Sequence[Record], panel: str, counted: Callable[[list[Record]], list[Any]]) -> Scores:
    runs: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        if place(record)[0] == panel:
            runs.setdefault(place(record)[1:3], []).append(record)
    found: Scores = {}
    for (arm, seed), run in runs.items():
        if len(run) == configured(run[0]["configuration"]).sizes.tasks:
            parts = counted(run)
            found.setdefault(arm, {})[seed] = sum(n * value for n, value in parts) / sum(n for n, _ in parts)
    return found


def interval(values: Sequence[float]) -> Interval:
    """
    Return the mean and its interval.

    Parameters
    ----------
    values : sequence of float
        One for each seed.

    Returns
    -------
    Interval
        Percentiles of the means of resamples, of all of them where the seeds are few. Few seeds make it too narrow:
        of five normal values it holds the truth some 84 times in 100, not 95, and of three 68 times; so Student's
        interval, which does not depend on their number, is asked, too.
    """
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, None, None, len(values), False)
    found = np.asarray(values)
    if len(found) <= ALL:
        means = found[np.array(list(product(range(len(found)), repeat=len(found))))].mean(axis=1)
    else:
        means = np.random.default_rng(0).choice(found, (DRAWN, len(found))).mean(axis=1)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(means, [tail, 100 - tail])
    return Interval(mean, float(low), float(high), len(values), _steady(found))


def _steady(values: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    from scipy.special import stdtrit  # not before it is needed

    half = stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2) * values.std(ddof=1) / len(values) ** 0.5
    return bool(abs(values.mean()) > half)


def paired(one: Mapping[int, float], other: Mapping[int, float]) -> list[float]:
    """
    Return the differences of two arms in the seeds that both have.

    Parameters
    ----------
    one, other : mapping of int to float
        Seed -> metric.

    Returns
    -------
    list of float
        One minus other, in the order of the seeds.
    """
    return [one[seed] - other[seed] for seed in sorted(one.keys() & other.keys())]


class Control(NamedTuple):
    """
    Is there anything to restore?

    Attributes
    ----------
    lost : float
        Fresh minus base.
    deviation : float
        Over seeds: the largest of fresh's, base's and their difference's.
    seeds : int
        How many.
    """

    lost: float
    deviation: float
    seeds: int

    @property
    def passed(self) -> bool:
        """Whether more than two deviations were lost."""
        return self.seeds > 1 and self.lost > 2 * self.deviation


def control(found: Scores, fresh: str = "full-reset", base: str = "base") -> Control | None:
    """
    Compare the fresh network with the one that nothing is done to.

    Parameters
    ----------
    found : dict
        Of `scores`.
    fresh, base : str
        The arms.

    Returns
    -------
    Control or None
        None where they have no seed in common.
    """
    first, second = found.get(fresh, {}), found.get(base, {})
    differences = paired(first, second)
    if not differences:
        return None
    both = sorted(first.keys() & second.keys())
    rows = [differences, [first[seed] for seed in both], [second[seed] for seed in both]]
    deviation = max(float(np.std(row, ddof=1)) for row in rows) if len(both) > 1 else 0.0
    return Control(float(np.mean(differences)), deviation, len(both))
