"""How tight the theorems' bounds are: families that attain them, and the slack of those that nothing attains."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref import theory


def test_the_root_of_two_of_theorem_one_is_attained_and_the_paper_is_off_by_another() -> None:
    """Features (1, 0) and cos(t) (cos t, sin t) as t goes to 0."""
    slack = {}
    for t in (1e-2, 1e-4, 1e-7):
        w, v = np.array([[1.0, 0.0]]), np.cos(t) * np.array([[np.cos(t), np.sin(t) * np.sqrt(np.tan(t))]])
        Z = np.diag([1.0, 1 / np.sqrt(np.tan(t))])
        found = theory.feature_drift([w], [v], Z, "identity")
        slack[t] = found.sharper / found.measured
    assert slack[1e-2] > slack[1e-4] > slack[1e-7] >= 1 - 1e-9
    assert slack[1e-7] == pytest.approx(1, abs=1e-6)
    assert found.slack == pytest.approx(np.sqrt(2), abs=1e-6)


def test_two_correlations_may_be_the_root_of_two_apart() -> None:
    found = theory.feature_drift([np.eye(2)], [np.diag([0.0, 1.0])], np.array([[1.0, 1e-9], [0.0, 1.0]]) @ np.eye(2))
    orthogonal = theory.feature_drift([np.array([[1.0, 0.0]])], [np.array([[0.0, 1.0]])], np.eye(2))
    assert orthogonal.measured == pytest.approx(np.sqrt(2), abs=1e-12)
    assert found.measured < orthogonal.measured


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_the_bounds_of_theorem_two_are_attained(depth: int) -> None:
    """Identities, and two logits that are equal."""
    for found in theory.curvature([np.eye(2)] * depth, np.ones((1, 2)), gains=1.0):
        assert found.slack == pytest.approx(1, abs=1e-12)
        assert found.sharper == pytest.approx(found.measured, abs=1e-12)


def test_theorem_three_is_attained_where_w_squeezes_what_x_has_least_of() -> None:
    """Half the directions of X carry the share; W makes them kappa times heavier, and the bound is met exactly."""
    n, kappa, delta = 40, 3.0, 0.25
    head, tail = np.full(n, 1.0), np.full(n, 1.0)
    W = np.diag(np.concatenate([np.full(n, kappa), np.full(n, 1.0)]))
    X = np.diag(np.concatenate([head, tail]))
    found = theory.effective_rank(W, X, delta=delta)
    assert found.measured == n
    assert found.sharper == n
    assert theory.effective_rank(W, X, delta=delta).bound == 0  # its DfI is far above 1


@pytest.mark.parametrize("eps", [0.1, 0.5, 0.9])
def test_the_row_bounds_of_theorem_four_are_attained(eps: float) -> None:
    """One short row among very many long ones, and one long among very many short."""
    many = 1 << 21
    rows = np.full((many, 1), np.sqrt(1 + eps))
    rows[0] = np.sqrt(1 - eps)
    least, _ = theory.neuron_activity(rows)
    assert least.sharper == pytest.approx(np.sqrt((1 - eps) / (1 + eps)), abs=1e-12)
    assert least.measured == pytest.approx(least.sharper, abs=1e-6)
    rows = np.full((many, 1), np.sqrt(1 - eps))
    rows[0] = np.sqrt(1 + eps)
    _, most = theory.neuron_activity(rows)
    assert most.measured == pytest.approx(most.sharper, rel=3e-6)


def test_with_dfi_for_eps_theorem_four_is_off_by_a_factor_that_two_rows_make_smallest() -> None:
    """Rows 1 + e and 1 - e: the slack, reported."""
    eps = 0.3
    least, _ = theory.neuron_activity(np.diag(np.sqrt([1 + eps, 1 - eps])), gain=1.0)
    wanted = np.sqrt((1 - np.sqrt(2) * eps) / (1 + np.sqrt(2) * eps))
    assert least.bound == pytest.approx(wanted)
    assert least.slack == pytest.approx(2 * np.sqrt(1 - eps) / (np.sqrt(1 + eps) + np.sqrt(1 - eps)) / wanted)
