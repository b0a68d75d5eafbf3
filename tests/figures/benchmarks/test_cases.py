"""The plans: the issue's goals are asked for, quick is less, large is more, a GPU has goals of its own."""

from __future__ import annotations

import pytest

from figures.benchmarks.cases import FULL, QUICK, Exact, Steps, planned
from figures.benchmarks.networks import NETWORKS
from figures.settings import Settings


def goals(cases: tuple[Exact, ...]) -> dict[tuple[str, int, int, str], float | None]:
    return {(case.kind, case.m, case.n, case.dtype): case.goal for case in cases}


def test_the_goals_of_the_exact_factor_are_all_asked_for() -> None:
    found = goals(planned(Settings(large=True)).exact)
    squares = {256: 1.0, 512: 0.95, 768: 0.95, 1024: 1.0, 2048: 1.4, 4096: 1.6}
    assert {n: found["Gaussian", n, n, "float64"] for n in squares} == squares
    assert found["Gaussian", 1024, 1024, "float32"] == 1.5
    assert found["Gaussian", 2048, 2048, "float32"] == 1.8
    assert [found["Gaussian", 3072, 768, dtype] for dtype in ("float64", "float32")] == [2.2, 2.6]
    assert [found["Gaussian", 8192, 1024, dtype] for dtype in ("float64", "float32")] == [3.0, 3.0]
    assert [found["cond 1e3", 3072, 768, dtype] for dtype in ("float64", "float32")] == [1.2, 1.2]
    # Whatever the input is: 0.9.
    assert all(goal is None or goal >= 0.9 for goal in found.values())
    assert {kind for kind, _, n, _ in found if n >= 256} >= {"cond 1e8", "cond 1e12", "cond 1e16", "half rank"}
    assert all(case.m >= case.n for case in FULL.exact)


def test_the_goals_of_ten_steps_are_all_asked_for() -> None:
    plan = planned(Settings(large=True))
    found = {model.name: model.goal for model in plan.models}
    wanted = {"ResNet-18": 1.4, "ViT-Tiny q/k": 1.4, "Nature-DQN": 3.8, "GPT-2 124M": 2.7}
    assert {name: found[name] for name in wanted} == wanted
    assert set(found) <= set(NETWORKS)
    assert {(count, side): goal for count, side, goal in plan.stacks if goal} == {(1000, 16): 20.0, (1000, 64): 2.7}


def test_the_rounds_are_the_issues() -> None:
    assert (FULL.pace.rounds, FULL.pace.few, FULL.pace.long) == (7, 3, 10.0)


def test_only_large_has_what_takes_minutes() -> None:
    for settings in (Settings(), Settings(quick=True)):
        plan = planned(settings)
        assert max(max(case.m, case.n) for case in plan.exact) <= 8192
        assert max(case.n for case in plan.exact) <= 2048
        assert max(plan.widths) <= 2048
        assert "GPT-2 124M" not in {model.name for model in plan.models}
    assert planned(Settings(large=True)).widths == (*FULL.widths, 4096)


def test_quick_is_a_part_of_the_whole() -> None:
    assert planned(Settings(quick=True)) is QUICK
    assert planned(Settings()) is FULL
    assert set(QUICK.models) <= set(FULL.models)
    assert set(QUICK.stacks) <= set(FULL.stacks)
    assert QUICK.samples < FULL.samples


def test_growth_is_over_known_squares_that_are_compared() -> None:
    for plan in (QUICK, FULL):
        squares = [case.n for case in plan.exact if case[:2] == ("Gaussian", case.n) and case.dtype == "float64"]
        assert squares == sorted(squares)
        assert len(squares) >= 3


@pytest.mark.parametrize("quick", [True, False])
def test_a_gpu_has_goals_of_its_own(quick: bool) -> None:
    plan = planned(Settings(device="cuda", quick=quick))
    assert all(case.goal is None for case in plan.exact)
    asked = {(model.name, model.dtype): (model.goal, model.share) for model in plan.models}
    assert asked["ResNet-18", "float32"] == asked["Nature-DQN", "float32"] == (10.0, 0.7)
    assert asked["one 4096 x 4096", "float32"] == (None, 0.7)
    assert ("ResNet-18", "float64") in asked
    assert {name for name, _ in asked} <= set(NETWORKS)
    assert (4096 in plan.widths) is not quick
    large = planned(Settings(device="cuda", large=True))
    assert [model for model in large.models if model.name == "GPT-2 124M"] == [Steps("GPT-2 124M", 2.5)]
    assert list(large.widths) == sorted(set(large.widths))
