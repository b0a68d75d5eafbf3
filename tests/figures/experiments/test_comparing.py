"""Scores, paired differences and intervals."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from figures.experiments import comparing
from figures.experiments.claims import verdict_of
from figures.experiments.comparing import Interval, control, interval, paired, scores

from .faked import record, results


def test_a_score_weighs_updates_and_unfinished_runs_have_none() -> None:
    rows = [*results({"base": [0.2, 0.4], "iso": [0.5]}), record("iso", 1, 0, 0.9), record("norm", 0, 0, 0.9)]
    assert scores(rows, "random-labels") == {"base": {0: 0.2, 1: 0.4}, "iso": {0: 0.5}}
    assert scores(rows, "permuted-inputs") == {}
    rows = results({"base": [0.0]})
    for row, counted in zip(rows, (None, [1, 0.5], [8, 0.8]), strict=True):
        row["counted"] = counted
    assert scores(rows, "random-labels")["base"][0] == pytest.approx((0.5 + 8 * 0.8) / 9)


def test_the_interval_is_that_of_all_resamples() -> None:
    values = [0.1, 0.5, 0.2]
    means = [np.mean(chosen) for chosen in product(values, repeat=3)]
    found = interval(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert [found.low, found.high] == pytest.approx(np.percentile(means, [2.5, 97.5]))
    assert interval([0.3]) == Interval(0.3, None, None, 1, False)
    assert interval([0.3] * 4) == Interval(pytest.approx(0.3), pytest.approx(0.3), pytest.approx(0.3), 4)


@pytest.mark.parametrize(
    "values", [[0.1, 0.5, 0.2], [0.1, 0.12, 0.11], [-0.1, -0.2, -0.1, -0.2, -0.15], [0.2, -0.1, 0.3]]
)
def test_students_interval_is_asked_too(values: list[float]) -> None:
    ends = ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(values).steady == (ends.low > 0 or ends.high < 0)


def test_of_no_difference_few_are_called_one(rng: np.random.Generator) -> None:
    # By the bootstrap of three seeds alone it would be one in three.
    called = sum(verdict_of(interval(rng.standard_normal(3).tolist())) != "undecided" for _ in range(400))
    assert called < 0.09 * 400


def test_many_seeds_are_drawn_and_agree_with_theory(rng: np.random.Generator) -> None:
    values = rng.standard_normal(400)
    found = interval(values.tolist())
    assert interval(values.tolist()) == found
    assert found.low is not None
    assert found.high is not None
    # The normal interval, to the error of percentiles of 20000 resamples.
    half = 1.96 * values.std() / 20
    assert [found.low - found.mean, found.high - found.mean] == pytest.approx([-half, half], rel=0.08)


def test_how_often_five_seeds_hold_the_truth(rng: np.random.Generator) -> None:
    held = []
    for _ in range(400):
        found = interval(rng.standard_normal(5).tolist())
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= 0 <= found.high)
    # The docstring says 84 in 100; four deviations of 400 trials.
    assert abs(np.mean(held) - 0.84) < 4 * (0.84 * 0.16 / 400) ** 0.5
    assert "some 84 times in 100" in (interval.__doc__ or "")


def test_differences_are_of_the_same_seeds() -> None:
    one, other = {0: 1.0, 2: 3.0, 5: 9.0}, {2: 1.0, 0: 0.5, 7: 4.0}
    assert paired(one, other) == [0.5, 2.0]
    assert paired(one, {}) == []


def test_pairing_is_what_makes_it_narrow(rng: np.random.Generator) -> None:
    easy = rng.standard_normal(5)
    one, other = ({i: float(value + shift) for i, value in enumerate(easy)} for shift in (0.1, 0.0))
    found = interval(paired(one, other))
    assert [found.low, found.high] == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize(
    ("fresh", "base", "passed"),
    [
        ([0.5, 0.5, 0.6], [0.1, 0.1, 0.2], True),
        ([0.5, 0.4, 0.6], [0.4, 0.3, 0.5], False),  # .1 lost, the seeds' own deviation is .1
        ([0.5, 0.6, 0.7], [0.6, 0.7, 0.8], False),
        ([0.5], [0.1], False),
    ],
)
def test_the_positive_control(fresh: list[float], base: list[float], passed: bool) -> None:
    found = control(scores(results({"full-reset": fresh, "base": base}), "random-labels"))
    assert found is not None
    assert found.passed is passed
    assert found.lost == pytest.approx(np.mean(fresh) - np.mean(base))
    assert found.seeds == len(fresh)


def test_without_both_there_is_no_control() -> None:
    assert control({"base": {0: 0.5}, "full-reset": {1: 0.5}}) is None
    assert control({}) is None
    assert comparing.CONFIDENCE == 0.95
