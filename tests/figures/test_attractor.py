"""The band and the cycle of Muon's coefficients: by hand, by many starts, and that no step leaves them."""

from __future__ import annotations

import numpy as np
import pytest

from figures import attractor
from fire_ref.tolerances import EPS

# Five roundings of terms below 10, in each step.
ROUNDING = 50 * EPS["float64"]


def muon(s: np.ndarray) -> np.ndarray:
    return 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5


def test_the_minimum_is_where_the_slope_is_zero() -> None:
    s = attractor.lowest("muon")
    assert 1.05 < s < 1.0503
    assert abs(3.4445 - 3 * 4.7750 * s**2 + 5 * 2.0315 * s**4) <= ROUNDING
    assert muon(s - 1e-3) > muon(s) < muon(s + 1e-3)


def test_a_step_maps_the_band_onto_itself() -> None:
    low, high = attractor.band("muon")
    answers = muon(np.linspace(low, high, 100_001))
    # Flat at the least, so the nearest of the grid is as good; the largest is that of an end.
    assert answers.min() == pytest.approx(low, abs=1e-9)
    assert answers.max() == pytest.approx(high, abs=ROUNDING)


def test_every_start_ends_in_the_band_on_the_cycle() -> None:
    low, high = attractor.band("muon")
    s = np.geomspace(1e-3, 1.0, 5001)
    for _ in range(300):
        s = muon(s)
    assert low - ROUNDING <= s.min()
    assert s.max() <= high + ROUNDING
    apart = np.abs(s[:, None] - np.array(attractor.cycle("muon"))).min(axis=1)
    assert apart.max() < 1e-6


def test_the_cycle_has_four_values_one_step_apart() -> None:
    cycle = np.array(attractor.cycle("muon"))
    np.testing.assert_allclose(cycle, [0.68192, 0.75292, 1.04691, 1.13427], atol=1e-5)
    # In two steps up and two down: from the third to the least, to the largest, to the second, to the third.
    np.testing.assert_allclose(muon(cycle[[2, 0, 3, 1]]), cycle[[0, 3, 1, 2]], atol=attractor.SAME)
    slope = np.prod(3.4445 - 3 * 4.7750 * cycle**2 + 5 * 2.0315 * cycle**4)
    assert abs(slope) < 1  # it attracts


def test_no_cycle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attractor, "LONGEST", 3)
    with pytest.raises(ValueError, match="at most 3"):
        attractor.cycle("muon")


def test_the_step_after_which_all_have_entered() -> None:
    low, high = attractor.band("muon")
    s = np.array([0.01, 0.1])
    k = attractor.entered("muon", s)
    before = s
    for _ in range(k - 1):
        before = muon(before)
    assert before.min() < low or before.max() > high
    assert low <= muon(before).min()
    assert muon(before).max() <= high
    with pytest.raises(ValueError, match="come into the band"):
        attractor.entered("muon", np.array([1e-40, 1.0]))
