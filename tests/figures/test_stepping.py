"""Stepping through a spectrum: by hand for one value, by `predict` and `steps_needed` for a matrix."""

from __future__ import annotations

import numpy as np
import pytest

from figures.stepping import SHARE, TOL, needed, normalised, stepped
from fire_ref import predict, steps_needed

EPS = float(np.finfo(float).eps)


def test_equal_values_follow_the_scalar_map() -> None:
    found = stepped(np.full(16, 7.0), 3)
    x = 0.25  # one over the root of 16
    for k in range(4):
        assert found.low[k] == pytest.approx(x)
        assert found.high[k] == pytest.approx(x)
        assert found.dfi[k] == pytest.approx((1 - x * x) ** 2)
        x = 1.5 * x - 0.5 * x**3


def test_a_stack_is_normalised_matrix_by_matrix() -> None:
    x = normalised(np.array([[3.0, 4.0], [30.0, 40.0]]))
    np.testing.assert_allclose(x, [[0.6, 0.8], [0.6, 0.8]], rtol=4 * EPS)


def test_a_zero_stays_and_is_not_in_the_range() -> None:
    found = stepped(np.array([[1.0, 1e-17]]), 4)
    assert found.low == found.high == [1.0] * 5
    assert found.dfi == [0.5] * 5


def test_it_is_what_a_matrix_is_foretold(rng: np.random.Generator) -> None:
    W = rng.standard_normal((9, 6))
    s = np.linalg.svd(W, compute_uv=False)
    found = stepped(s, 8)
    # k steps multiply the error of a singular value, a few eps of the largest, by 1.5^k at most.
    room = 100 * 1.5**8 * EPS
    for k in range(9):
        told = predict(W, k)
        assert found.dfi[k] == pytest.approx(float(told.dfi) / 6, abs=room)
        assert found.low[k] == pytest.approx(float(told.response_min), abs=room)
        assert found.high[k] == pytest.approx(float(told.response_max), abs=room)


def test_the_steps_needed_are_the_least(rng: np.random.Generator) -> None:
    W = rng.standard_normal((12, 12))
    s = np.linalg.svd(W, compute_uv=False)
    found = needed(s)
    assert found["all"] == steps_needed(W, tol=TOL)
    left = stepped(s, found["all"]).dfi
    assert left[found["most"]] <= SHARE < left[found["most"] - 1]
    assert found["most"] < found["all"]


def test_one_late_direction_in_six_hundred_is_not_forgiven() -> None:
    s = np.append(np.ones(599), 1e-6)  # while it is late, DfI / p is 1 / 600 and no less
    most = needed(s)["most"]
    left = [k for k, value in enumerate(stepped(s, most).dfi) if value <= 1 / 599]
    assert left[0] < most - 10
    assert stepped(s, most).low[most - 1] ** 2 < 1 - (600 * SHARE) ** 0.5 <= stepped(s, most).low[most] ** 2


def test_one_direction_needs_no_step() -> None:
    assert needed(np.array([5.0])) == {"all": 0, "most": 0}
