"""The scalar maps: what they promise of an interval is what they do to it."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar.weighting import halley_weights, newton_top


@pytest.mark.parametrize("low", [1.0, 0.9, 0.1, 1e-2, 1e-4])
def test_halley_maps_the_interval_onto_its_promise(low: float) -> None:
    a, b, c, floor = halley_weights(low)
    x = np.geomspace(low, 1, 10001)
    y = x * (a + b * x**2) / (1 + c * x**2)
    assert y.max() == pytest.approx(1.0, abs=1e-6)
    assert y.min() == pytest.approx(floor, rel=1e-6)
    assert floor >= min(0.99, 1.9 * low)


@pytest.mark.parametrize("condition", [1.0, 2.0, 1e3, 1e6])
def test_newton_maps_the_interval_onto_its_promise(condition: float) -> None:
    x = np.geomspace(1 / np.sqrt(condition), np.sqrt(condition), 10001)
    y = (x + 1 / x) / 2
    assert y.max() == pytest.approx(newton_top(condition))
    assert y.min() == pytest.approx(1.0)


@pytest.mark.parametrize("low", [0.9, 0.3, 0.02, 1e-4])
def test_no_other_weights_lift_the_floor(low: float) -> None:
    x = np.geomspace(low, 1, 20_000)
    a, _, _, floor = halley_weights(low)
    for factor in (0.99, 0.999, 1.001, 1.01):
        other = a * factor
        b = (other - 1) ** 2 / 4
        assert (x * (other + b * x**2) / (1 + (other + b - 1) * x**2)).min() < floor
