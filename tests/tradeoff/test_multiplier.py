"""The root on one singular value against bisection in 60-digit decimals, and the multiplier of a given DfI."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
import pytest

from fire_ref.tolerances import EPS
from fire_ref.tradeoff.multiplier import point, root, total_dfi, total_sfe, weight_for

EPS64 = EPS["float64"]
# v g'(v) is at least the size of the terms of g at the root, so that a handful of roundings of those terms and of v
# itself move the root by no more than this.
RELATIVE = 8 * EPS64
HALF = [0.5, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 0.5 - 1e-9, 0.5 + 1e-9, 0.5 - 1e-4, 0.5 + 1e-4]
WEIGHTS = [*(10.0**k for k in range(-12, 13, 2)), 0.3, 0.7, *HALF]
VALUES = [0.0, *(10.0**k for k in range(-12, 7, 2)), 0.1, 0.5, 0.999, 1.0, 1.001, 2.0]
EXTREMES = [0.0, 5e-324, 1e-300, 1e-20, 0.5, 1.0, 1e20, 1e300]


@pytest.fixture(autouse=True)
def sixty_digits() -> Iterator[None]:
    """Work in decimals of 60 digits and any exponent."""
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 60, -(10**6), 10**6
        yield


@cache
def bisected(s: float, weight: float) -> Decimal:
    """Find the positive root of 2 lam v^3 + (1 - 2 lam) v = s between s and 1 by halving its logarithm."""
    lam, value = Decimal(weight), Decimal(s)
    if s == 0 and weight <= 0.5:
        return Decimal(0)
    low, high = max(min(value, Decimal(1)), Decimal("1e-500")), max(value, Decimal(1))
    for _ in range(180):
        middle = (low * high).sqrt()
        if 2 * lam * middle**3 + (1 - 2 * lam) * middle < value:
            low = middle
        else:
            high = middle
    return high


def relative_error(found: Any, truth: Decimal) -> float:
    if truth == 0:
        return 0.0 if float(found) == 0.0 else np.inf
    return float(abs(Decimal(float(found)) - truth) / abs(truth))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_root_is_that_of_bisection(weight: float) -> None:
    for s in VALUES:
        assert relative_error(root(np.array(s), weight), bisected(s, weight)) <= RELATIVE, s


@pytest.mark.parametrize("weight", [*EXTREMES, np.inf])
@pytest.mark.parametrize("s", EXTREMES)
def test_extreme_values_give_a_finite_number_between_s_and_one(s: float, weight: float) -> None:
    v = float(root(np.array(s), weight))
    assert min(s, 1.0) <= v <= max(s, 1.0)
    assert np.isfinite(v)


@pytest.mark.parametrize("weight", EXTREMES)
@pytest.mark.parametrize("s", EXTREMES)
def test_extreme_values_are_right_too(s: float, weight: float) -> None:
    truth = bisected(s, weight)
    # Subnormal results carry an absolute error of half their spacing.
    spacing = 5e-324 if truth < Decimal(2) ** -1022 else 0.0
    assert abs(Decimal(float(root(np.array(s), weight))) - truth) <= Decimal(RELATIVE) * truth + Decimal(spacing)


def test_the_ends_are_exact() -> None:
    s = np.array([0.0, 5e-324, 0.3, 1.0, 7.0, 1e300])
    np.testing.assert_array_equal(root(s, 0.0), s)
    np.testing.assert_array_equal(root(s, np.inf), np.ones(6))
    np.testing.assert_array_equal(root(s, 1.7e308), np.ones(6))


@pytest.mark.parametrize("weight", [0.0, 1e-12, 0.5, 3.0, 1e12, np.inf])
def test_one_stays_one_at_every_weight(weight: float) -> None:
    assert root(np.array(1.0), weight) == 1.0


def test_zero_stays_until_one_half_and_then_leaves() -> None:
    assert root(np.zeros(3), np.array([0.0, 0.25, 0.5])).tolist() == [0.0, 0.0, 0.0]
    for weight in (0.5 + 1e-9, 0.6, 1.0, 50.0):
        assert relative_error(root(np.array(0.0), weight), (1 - 1 / (2 * Decimal(weight))).sqrt()) <= RELATIVE


def test_the_root_moves_monotonically_from_s_to_one() -> None:
    weights = np.r_[0.0, np.geomspace(1e-6, 1e6, 400), np.inf]
    for s in (0.0, 1e-3, 0.5, 2.0, 1e3):
        v = root(np.full(weights.shape, s), weights)
        # A step of the grid moves v by much more than its error, except where it has arrived.
        assert (np.sign(1 - s) * np.diff(v) >= -RELATIVE * np.maximum(v[1:], v[:-1])).all()


def test_weights_broadcast_against_values() -> None:
    v = root(np.array([0.5, 2.0]), np.array([[0.1], [1.0], [np.inf]]))
    assert v.shape == (3, 2)
    assert v[1, 0] == root(np.array(0.5), 1.0)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_both_differences_are_relatively_accurate_away_from_one(weight: float) -> None:
    for s in (1e-6, 0.3, 0.5, 2.0, 1e6):
        v = bisected(s, weight)
        found = point(np.array(s), weight)
        # (v - 1)(v + 1) and s - v magnify an error of v by v / |v - 1| and v / |s - v|; the form that is used picks
        # the smaller of the two, and neither can exceed max(s, 1) / (|s - 1| / 2) here.
        magnified = 4 * RELATIVE * max(s, 1.0) / abs(s - 1.0)
        assert relative_error(found.gap, Decimal(s) - v) <= magnified, s
        assert relative_error(found.defect, v * v - 1) <= magnified, s


@pytest.mark.parametrize("weight", [1e-3, 0.5, 1e3])
@pytest.mark.parametrize("offset", [1e-4, -1e-8, 1e-12])
def test_both_differences_are_relatively_accurate_beside_one(offset: float, weight: float) -> None:
    s = 1.0 + offset
    v = bisected(s, weight)
    found = point(np.array(s), weight)
    # "Each to full relative accuracy": s - 1 is exact here, so nothing has to be lost.
    assert relative_error(found.gap, Decimal(s) - v) <= 4 * RELATIVE
    assert relative_error(found.defect, v * v - 1) <= 4 * RELATIVE


def test_totals_add_up_the_last_axis_with_one_weight_per_row() -> None:
    s = np.array([[0.5, 2.0], [1.0, 3.0]])
    weight = np.array([0.25, np.inf])
    v = [[bisected(0.5, 0.25), bisected(2.0, 0.25)], [Decimal(1), Decimal(1)]]
    sfe = [float(sum((Decimal(x) - y) ** 2 for x, y in zip(a, b, strict=True))) for a, b in zip(s, v, strict=True)]
    dfi = [float(sum((y * y - 1) ** 2 for y in row)) for row in v]
    # Squares double the relative error of a difference; here v / |v - 1| and v / |s - v| are below 8.
    np.testing.assert_allclose(total_sfe(s, weight, 1.0), sfe, rtol=2 * 8 * RELATIVE)
    np.testing.assert_allclose(total_dfi(s, weight), dfi, rtol=2 * 8 * RELATIVE)
    assert total_dfi(s, weight)[1] == 0.0


def test_a_total_beyond_the_range_is_inf_without_a_warning() -> None:
    assert total_dfi(np.array([1e300]), 0.0) == np.inf
    assert total_sfe(np.array([1e300]), np.inf, 1.0) == np.inf


def test_doing_nothing_costs_nothing_however_large_the_values() -> None:
    assert total_sfe(np.array([1e300, 1e160, 2.0]), 0.0, 1.0) == 0.0


SPECTRA = [[0.1, 2.0], [0.0, 0.0, 3.0], [0.5], [1e-8, 1e4], [0.0, 0.0], [0.9, 1.1, 1.0], [1e100, 1.0]]


@pytest.mark.parametrize("s", SPECTRA)
@pytest.mark.parametrize("share", [0.999, 0.5, 1e-3, 1e-12])
def test_the_multiplier_meets_the_bound_and_a_smaller_one_does_not(s: list[float], share: float) -> None:
    values = np.array(s)
    bound = share * min(float(total_dfi(values, 0.0)), 1e300)
    weight = weight_for(values, bound)
    assert 0 < weight < np.inf
    assert total_dfi(values, weight) <= bound
    # log lam lies within 745 of 0, where its spacing is 2^-43; eight of them leave room for exp and for DfI itself.
    assert total_dfi(values, weight * (1 - 2.0**-40)) > bound


@pytest.mark.parametrize("s", SPECTRA)
def test_the_ends_of_the_bound_are_doing_nothing_and_exact_fire(s: list[float]) -> None:
    values = np.array(s)
    whole = float(total_dfi(values, 0.0))
    for bound in (whole, 2 * whole):
        if np.isfinite(bound):
            assert weight_for(values, bound) == 0.0
    assert weight_for(values, 0.0) == np.inf


def test_an_infinite_bound_asks_for_nothing() -> None:
    assert weight_for(np.array([0.1, 2.0]), np.inf) == 0.0


def test_an_isometry_needs_no_weight_even_for_a_bound_of_zero() -> None:
    assert weight_for(np.ones(4), 0.0) == 0.0


@pytest.mark.parametrize("bound", [1e-300, 1e-200, 5e-324])
def test_the_smallest_bounds_are_met(bound: float) -> None:
    s = np.array([0.1, 2.0])
    assert total_dfi(s, weight_for(s, bound)) <= bound


def test_every_row_gets_its_own_multiplier() -> None:
    s = np.array([[0.1, 2.0], [1.0, 1.0], [0.5, 0.5]])
    weight = weight_for(s, np.array([0.5, 0.5, 0.0]))
    assert weight.shape == (3,)
    assert weight[0] == weight_for(s[0], 0.5) > 0
    assert weight[1:].tolist() == [0.0, np.inf]


@pytest.mark.parametrize("lam", [0.4999999, 0.5 - 2.0**-54, 0.5 + 2.0**-53, 0.5, 0.6])
def test_a_huge_value_beside_the_turning_point_is_the_cube_root(lam: float) -> None:
    """2 lam v^3 = s up to (1 - 2 lam) v, which is 1e-200 of it."""
    assert float(root(np.array(1e300), lam)) == pytest.approx((1e300 / (2 * lam)) ** (1 / 3), rel=1e-12)
