"""The nearest spectrum of bounded condition against a search over its lower end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.tolerances import EPS
from fire_ref.tradeoff.clipping import clipped

Host = np.ndarray[Any, np.dtype[np.float64]]
EPS64 = EPS["float64"]
KAPPAS = [1.0, 1.0 + 1e-9, 1.5, 3.0, 10.0, 1e6]
SPECTRA = {
    "spread": [5.0, 3.0, 1.0, 0.2, 0.01],
    "ties": [4.0, 4.0, 1.0, 1.0, 1.0],
    "zeros": [2.0, 1.0, 0.0, 0.0],
    "one large": [100.0, 1.0, 1.0, 1.0, 1.0],
    "one small": [1.0, 1.0, 1.0, 1.0, 1e-9],
    "one": [3.0],
    "steep": [float(x) for x in np.geomspace(1, 1e-12, 9)],
}


def cost(s: Host, v: Host) -> float:
    return float(np.sum((s - v) ** 2))


def searched(s: Host, kappa: float) -> float:
    """Find the least cost over clips to [a, kappa a] by golden section; the cost is convex in a."""
    low, high = 0.0, float(s[0])
    golden = (5**0.5 - 1) / 2
    for _ in range(200):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if cost(s, np.clip(s, left, kappa * left)) <= cost(s, np.clip(s, right, kappa * right)):
            high = right
        else:
            low = left
    return min(cost(s, np.clip(s, a, kappa * a)) for a in (low, high))


@pytest.mark.parametrize("kappa", KAPPAS)
@pytest.mark.parametrize("name", SPECTRA)
def test_no_spectrum_that_is_allowed_is_nearer(name: str, kappa: float) -> None:
    s = np.array(SPECTRA[name])
    v = clipped(s, kappa)
    # The two ends are one product apart, and each is scaled back by one more.
    assert v.max() <= kappa * v.min() * (1 + 4 * EPS64)
    assert (np.diff(v) <= 0).all()
    # Feasible, so not below the optimum; a p-term sum of squares, and ends rounded relative to s_1.
    assert cost(s, v) <= searched(s, kappa) * (1 + len(s) * EPS64) + len(s) * (4 * EPS64 * s[0]) ** 2 + (
        8 * EPS64 * s[0] * len(s) ** 0.5 * cost(s, v) ** 0.5
    )


@pytest.mark.parametrize("kappa", [1.0, 2.0, 30.0])
def test_no_random_spectrum_that_is_allowed_is_nearer(rng: np.random.Generator, kappa: float) -> None:
    for _ in range(20):
        s = np.sort(np.geomspace(1, 1e-3, 6) * rng.uniform(0.5, 2, 6))[::-1]  # beyond every kappa here
        v = clipped(s, kappa)
        best = cost(s, v)
        assert best > 0
        for top in v[0] * np.array([0.9, 0.99, 0.999, 1.001, 1.01, 1.1]):  # the ends moved, to either side
            assert best < cost(s, np.clip(s, top / kappa, top))
        nudged = v * rng.uniform(0.99, 1.01, (200, 6))
        allowed = np.clip(nudged, nudged.max(axis=1, keepdims=True) / kappa, None)
        assert (best <= np.sum((allowed - s) ** 2, axis=1) * (1 + 8 * EPS64)).all()


def test_a_condition_of_one_is_the_mean() -> None:
    v = clipped(np.array([7.0, 2.0, 0.0]), 1.0)
    assert np.abs(v - 3.0).max() <= 4 * 3.0 * EPS64


def test_two_values_have_the_closed_form() -> None:
    # (a - s_2) + kappa (kappa a - s_1) = 0.
    for kappa in (1.0, 2.0, 10.0):
        a = (0.1 + 30.0 * kappa) / (1 + kappa**2)
        np.testing.assert_allclose(clipped(np.array([30.0, 0.1]), kappa), [kappa * a, a], rtol=8 * EPS64)


@pytest.mark.parametrize("name", SPECTRA)
def test_what_is_allowed_already_keeps_its_bits(name: str) -> None:
    s = np.array(SPECTRA[name])
    np.testing.assert_array_equal(clipped(s, np.inf), s)
    if s[-1] > 0:
        np.testing.assert_array_equal(clipped(s, s[0] / s[-1] * (1 + 4 * EPS64)), s)
        assert (clipped(s, max(1.0, s[0] / s[-1] / 2)) != s).any() or s[0] == s[-1]


def test_zero_stays_zero() -> None:
    assert clipped(np.zeros(3), 2.0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**1000])
def test_the_scale_of_the_values_does_not_matter(scale: float) -> None:
    s = np.array([5.0, 3.0, 1.0, 0.25])
    np.testing.assert_array_equal(clipped(s * scale, 2.0), clipped(s, 2.0) * scale)


@pytest.mark.parametrize("kappa", [1e100, 1e110, 1e155, 1e300, 1.7e308])
def test_an_enormous_bound_does_not_overflow(kappa: float) -> None:
    v = clipped(np.array([1.0, 0.5, 0.0]), kappa)
    assert np.abs(v[:2] - [1.0, 0.5]).max() <= 2 * EPS64  # one division and one product by kappa
    assert 0 < v[2] <= 1.0 / kappa * (1 + 8 * EPS64) + 5e-324


def test_every_row_of_a_stack_is_clipped_by_itself() -> None:
    s = np.array([[[4.0, 2.0], [4.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]]])
    v = clipped(s, 2.0)
    assert v.shape == s.shape
    for i in np.ndindex(2, 2):
        np.testing.assert_array_equal(v[i], clipped(s[i], 2.0))
    np.testing.assert_array_equal(v[0, 0], s[0, 0])


def test_a_value_at_the_end_of_an_interval_is_on_the_right_side_of_it() -> None:
    """0.908... / 10 * 10 rounds below 0.908...: counted as too large, it once moved the floor away from the best."""
    s = np.array([0.9083916780136687, 0.7468214229038403, 0.7167713824877049, 0.3166888438498111])
    s = np.array([*s, 0.27442824069166716, 0.1778517405015293, 0.04436470470721432])
    best = min(np.sum((s - np.clip(s, a, 10 * a)) ** 2) for a in np.linspace(0.04, 0.1, 6001))
    assert np.sum((s - clipped(s, 10.0)) ** 2) <= best
