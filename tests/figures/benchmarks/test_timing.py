"""Contestants run in turn, are repeated where they are short, and ratios are those of each round."""

from __future__ import annotations

import pytest

from figures.benchmarks.timing import CPU_TIME, MOST, WALL, Pace, each, in_turn, ratios, spread

from .clocks import Hands


def test_contestants_take_turns_and_the_device_is_waited_for() -> None:
    hands = Hands()
    calls = {"a": hands.taking("a", 3.0), "b": hands.taking("b", 1.0)}
    times = in_turn(calls, hands.clock(), Pace(rounds=2, few=1, long=10.0, least=0.5))
    assert times == {"a": [3.0, 3.0], "b": [1.0, 1.0]}
    # One run to warm up, then two rounds; every reading of the clock waits first.
    assert hands.told == ["wait", "a", "wait", "wait", "b", "wait"] * 3


def test_the_first_run_does_not_count() -> None:
    hands = Hands()
    times = in_turn({"a": hands.taking("a", [9.0, 2.0, 4.0, 6.0])}, hands.clock(), Pace(rounds=3))
    assert times == {"a": [2.0, 4.0, 6.0]}


def test_what_takes_long_is_run_a_few_times_by_everybody() -> None:
    hands = Hands()
    times = in_turn({"a": hands.taking("a", 11.0), "b": hands.taking("b", 1.0)}, hands.clock(), Pace())
    assert {name: len(taken) for name, taken in times.items()} == {"a": 3, "b": 3}
    times = in_turn({"a": hands.taking("a", 10.0)}, hands.clock(), Pace())
    assert len(times["a"]) == 7


def test_short_calls_are_repeated_until_a_round_is_long_enough() -> None:
    hands = Hands()
    # Slow when cold: the repetitions follow the second run.
    times = in_turn({"a": hands.taking("a", [0.01, *[0.004] * 11])}, hands.clock(), Pace(rounds=2, least=0.02))
    assert times["a"] == pytest.approx([0.004, 0.004])
    assert hands.told.count("a") == 2 + 2 * 5


def test_what_the_clock_cannot_see_is_repeated_most() -> None:
    hands = Hands()
    in_turn({"a": hands.taking("a", 0.0)}, hands.clock(), Pace(rounds=1))
    assert hands.told.count("a") == 2 + MOST


def test_ratios_are_taken_within_a_round() -> None:
    times = {"slow": [10.0, 40.0, 3.0], "fast": [5.0, 10.0, 1.0]}
    # The medians' own ratio would be 2: of different rounds.
    assert ratios(times, "slow", "fast") == {"min": 2.0, "median": 3.0, "max": 4.0}
    assert ratios(times, "fast", "slow")["min"] == 0.25


def test_the_median_is_not_the_mean() -> None:
    assert spread([1.0, 2.0, 9.0, 3.0]) == {"min": 1.0, "median": 2.5, "max": 9.0}


def test_each_goes_through_all_and_keeps_nothing() -> None:
    seen: list[int] = []
    call = each(seen.append, [1, 2])
    assert call() is None
    call()
    assert seen == [1, 2, 1, 2]


def test_the_real_clocks_go_forward() -> None:
    for clock in (CPU_TIME, WALL):
        start = clock.now()
        clock.wait()
        assert clock.now() >= start
