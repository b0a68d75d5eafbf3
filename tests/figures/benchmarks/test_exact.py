"""Ratios are of the reference's time in the same rounds; goals are judged as the issue says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from figures.benchmarks import exact
from figures.benchmarks.cases import QUICK, Exact
from figures.benchmarks.exact import compare, met
from figures.benchmarks.rivals import OURS
from figures.benchmarks.timing import Pace

from .clocks import Hands, fake_gpu, host

FAST = OURS["fast"]
CASE = Exact("Gaussian", 300, 256, "float64", 1.5)
PLAN = replace(QUICK, pace=Pace(rounds=3, few=1, long=99.0, least=0.0), rivals=2)


def contestants(hands: Hands, **times: Any) -> Callable[..., dict[str, Any]]:
    calls = {name: hands.taking(name, taken) for name, taken in times.items()}
    return lambda *_: {name: lambda *_, call=call: call for name, call in calls.items()}


def test_each_ratio_is_of_the_same_round(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    # Warm-up, three rounds with ours, then another warm-up and two rounds with the others.
    scipy = [1.0, 10.0, 20.0, 30.0, 1.0, 8.0, 12.0]
    monkeypatch.setattr(exact, "ours", contestants(hands, **{FAST: [1.0, 5.0, 5.0, 5.0], OURS["svd"]: 10.0}))
    monkeypatch.setattr(exact, "rivals", contestants(hands, **{"scipy polar": scipy, "numpy svd": 4.0}))
    row = compare(replace(host(), work=hands.clock()), CASE, PLAN, peak=1e6)
    assert row["ratios"][FAST] == {"min": 2.0, "median": 4.0, "max": 6.0}
    assert row["ratios"][OURS["svd"]]["median"] == 2.0
    assert row["ratios"]["numpy svd"] == {"min": 2.0, "median": 2.5, "max": 3.0}
    assert row["seconds"]["scipy polar"]["median"] == 20.0  # of the rounds with goals
    assert "scipy polar" not in row["ratios"]
    assert row["met"] is True
    assert row["products"][FAST] == pytest.approx(5.0 * 1e6 / (2 * 300 * 256**2))
    assert (row["kind"], row["m"], row["n"], row["dtype"], row["goal"]) == CASE


def test_nobody_else_need_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    monkeypatch.setattr(exact, "ours", contestants(hands, **{OURS["svd"]: 2.0}))
    monkeypatch.setattr(exact, "rivals", contestants(hands, **{"scipy polar": 4.0}))
    row = compare(replace(host(), work=hands.clock()), CASE, PLAN, peak=1e6)
    assert set(row["ratios"]) == {OURS["svd"]}
    assert row["met"] is None
    assert hands.told.count("scipy polar") == 4


def row(n: int, goal: float | None, ratio: float, later: float = 1.0, reference: str = "scipy polar") -> dict[str, Any]:
    seconds = {reference: {"median": 1.0}, FAST: {"median": 1.0 + later}}
    return {"n": n, "goal": goal, "ratios": {FAST: {"median": ratio}}, "seconds": seconds, "reference": reference}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (row(256, 1.0, 1.0), True),
        (row(256, 1.0, 0.999), False),
        (row(256, None, 0.1), None),
        # Below, a tenth of a millisecond may be lost, or a tenth of the speed.
        (row(128, None, 0.1, later=0.9e-4), True),
        (row(128, None, 0.1, later=1.1e-4), False),
        (row(128, None, 0.9, later=1.1e-4), True),
        # The goals are SciPy's.
        (row(256, 1.0, 0.1, reference="torch svd"), None),
        (row(256, 1.0, 0.1) | {"ratios": {}}, None),
    ],
)
def test_goals_are_judged_by_the_median(given: dict[str, Any], wanted: bool | None) -> None:
    assert met(given) is wanted


def test_it_really_runs_on_the_host_and_where_a_gpu_would_be() -> None:
    small = Exact("cond 1e8", 12, 6, "float32", None)
    plan = replace(PLAN, pace=Pace(1, 1, 1.0, 0.0))
    for device, against in ((host(), "scipy polar"), (fake_gpu(), "cupy svd")):
        found = compare(device, small, plan, peak=1e9)
        assert found["reference"] == against
        assert OURS["svd"] in found["ratios"]
        assert set(found["products"]) == set(found["seconds"])
