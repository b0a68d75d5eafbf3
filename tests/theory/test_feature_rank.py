"""Theorem 3 in code: the rank, the shares, and where the theorem does not speak."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.theory import effective_rank
from fire_ref.theory.feature_rank import srank


def test_srank_counts_until_the_share_is_reached() -> None:
    s = np.array([4.0, 3.0, 2.0, 1.0])
    assert [srank(s, share) for share in (0.4, 0.41, 0.7, 0.9, 0.91, 1.0)] == [1, 2, 2, 3, 4, 4]
    assert srank(np.zeros(3), 0.9) == 0
    assert srank(s, 0.0) == 0
    assert srank(s, 1.0 + 1e-9) == 4  # rounding asks for more than there is


def test_a_wide_layer_can_lose_everything_and_the_theorem_says_so() -> None:
    found = effective_rank(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 2.0]]), gain=1.0)
    assert (found.measured, found.bound, found.sharper) == (0, 0, 0)
    assert not found.holds


def test_a_rank_deficient_layer_is_told() -> None:
    found = effective_rank(np.diag([1.0, 0.0]), np.eye(2))
    assert [one.holds for one in found.hypotheses] == [True, False, False]
    assert found.sharper == 0


def test_the_papers_bound_needs_dfi_below_one_and_the_sharper_one_does_not() -> None:
    X = np.eye(8)
    far = effective_rank(2.0 * np.eye(8), X)
    assert (far.measured, far.bound, far.sharper) == (8, 0, 8)
    near = effective_rank(1.01 * np.eye(8), X)
    assert (near.bound, near.sharper) == (8, 8)


@pytest.mark.parametrize("delta", [0.0, 1.0, -0.1, 2.0])
def test_delta_lies_between_zero_and_one(delta: float) -> None:
    with pytest.raises(ValueError, match="delta"):
        effective_rank(np.eye(2), np.eye(2), delta=delta)


def test_a_delta_next_to_nothing_is_right() -> None:
    found = effective_rank(np.eye(3), np.ones((3, 3)), delta=1e-309)
    assert found.measured >= found.sharper
    assert found.sharper == 1


@pytest.mark.parametrize("scale", [1e-300, 1e155, 1e300])
def test_scale_and_gain_go_together(scale: float) -> None:
    found = effective_rank(scale * np.diag([1.0, 0.9]), np.diag([1.0, 0.5]) / scale, gain=scale)
    assert found.hypotheses[2].value == pytest.approx(0.19)
    assert found.says_something
    assert effective_rank(np.eye(2), np.eye(2), gain=5e-324).bound == 0


def test_zero_features_have_no_rank_to_keep() -> None:
    found = effective_rank(np.eye(2), np.zeros((3, 2)))
    assert (found.measured, found.trivial) == (0, 0)
    assert not found.says_something
