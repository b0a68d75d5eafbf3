"""Theorem 4 in code: activity, measured and foretold."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.theory import neuron_activity


def test_foretold_activity_is_that_of_gaussian_inputs(rng: np.random.Generator) -> None:
    W = np.diag([1.0, 2.0, 3.0]) @ np.linalg.qr(rng.standard_normal((3, 3)))[0]
    least, most = neuron_activity(W)
    seen_least, seen_most = neuron_activity(W, rng.standard_normal((200_000, 3)))
    assert (least.measured, most.measured) == (pytest.approx(0.5), pytest.approx(1.5))
    assert seen_least.measured == pytest.approx(0.5, abs=0.01)  # 200,000 samples: 4 standard deviations
    assert seen_most.measured == pytest.approx(1.5, abs=0.02)
    assert seen_least.hypotheses[3].holds is None


def test_a_tall_isometry_may_have_dead_units_and_the_theorem_says_so() -> None:
    least, most = neuron_activity(np.vstack([np.eye(2), np.zeros((2, 2))]), gain=1.0)
    assert (least.measured, least.bound, least.sharper) == (0, 0, 0)
    assert not least.holds
    assert most.measured == 2


def test_far_from_isometry_nothing_is_said() -> None:
    least, most = neuron_activity(3 * np.eye(2))
    assert not least.says_something
    assert not most.says_something
    assert least.sharper == 1


def test_a_zero_weight_has_no_activity() -> None:
    least, _ = neuron_activity(np.zeros((2, 2)))
    assert np.isnan(least.measured)
    assert least.sharper == 0


@pytest.mark.parametrize("scale", [1e-300, 1e155, 1e300])
def test_activity_has_no_scale(scale: float) -> None:
    least, most = neuron_activity(scale * np.diag([1.0, 0.8]), gain=0.9 * scale)
    plain_least, plain_most = neuron_activity(np.diag([1.0, 0.8]), gain=0.9)
    for found, plain in ((least, plain_least), (most, plain_most)):
        assert found.measured == pytest.approx(plain.measured)
        assert found.bound == pytest.approx(plain.bound)


def test_where_no_unit_is_active_nothing_is_said() -> None:
    for check in neuron_activity(-np.eye(2), np.ones((1, 2))):
        assert np.isnan(check.measured)
        assert not check.says_something
