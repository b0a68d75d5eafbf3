"""The schedule on numbers: it takes every value to 1, and none of the large ones down among the small."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar.device_schedule import LEAST, scales


@pytest.mark.parametrize("name", LEAST)
def test_every_value_reaches_one(name: str) -> None:
    x = np.r_[np.geomspace(LEAST[name], 1, 5000), np.linspace(0.05, 1, 5000)]
    for rho in scales(name):
        x = rho * x * (3 - (rho * x) ** 2) / 2
        assert x.max() <= 1 + 2.0**-50
    assert np.abs(x - 1).max() <= 2.0**-50


@pytest.mark.parametrize("name", LEAST)
def test_no_large_value_falls_deep(name: str) -> None:
    start = np.linspace(0.3, 1, 1000)
    x = start
    for rho in scales(name):
        x = rho * x * (3 - (rho * x) ** 2) / 2
        assert x.min() >= 0.24


@pytest.mark.parametrize("name", LEAST)
def test_values_below_the_least_are_left_for_somebody_else(name: str) -> None:
    x = LEAST[name] / 1e4
    for rho in scales(name):
        x = rho * x * (3 - (rho * x) ** 2) / 2
    assert x < 0.5


def test_steps_grow_what_is_small_as_fast_as_they_may() -> None:
    first = scales("float64")[0]
    assert 1.5 * first > 2.4
    assert scales("float64")[-1] == pytest.approx(1)
