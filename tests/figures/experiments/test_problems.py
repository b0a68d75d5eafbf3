"""Kinds of experiments, and configurations as JSON keeps them."""

from __future__ import annotations

import json

import pytest

from figures.experiments.problems import PROBLEMS, configured

from .faked import configuration


def test_json_gives_a_configuration_back() -> None:
    one = configuration("iso", 3)
    assert configured(json.loads(json.dumps(one.plain()))) == one


@pytest.mark.parametrize("told", [{}, {"panel": "a"}, {**configuration().plain(), "more": 1}])
def test_anything_else_is_no_configuration(told: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        configured(told)


def test_every_problem_says_its_metric_and_counts_tasks() -> None:
    for problem in PROBLEMS.values():
        assert problem.metric
        assert problem.sizes().tasks > 1
