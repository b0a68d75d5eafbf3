"""The front of a network whose layers have gains of their own."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.audits.curve import Layers, front_of, layers, least_sfe, place
from fire_ref.tolerances import EPS

from ..strategies import with_spectrum

EPS64 = EPS["float64"]
SPECTRA = {
    "spread": (np.geomspace(4, 0.01, 9), 0.5),
    "near": (np.linspace(1.1, 0.9, 5), 2.0),
    "dead": (np.array([3.0, 1.0, 0.0]), 1.0),
    "tiny": (np.array([1e-3, 5e-4]), 0.25),
}
NETWORK = layers(list(SPECTRA.values()))


def values(W: object) -> np.ndarray:
    return np.linalg.svd(np.asarray(W), compute_uv=False)


def test_with_every_gain_1_it_is_the_front_of_the_state(rng: np.random.Generator) -> None:
    state = {name: with_spectrum(rng, n, n, np.geomspace(3, 0.1, n)) for name, n in (("a", 6), ("b", 9))}
    network = layers([(values(W), 1.0) for W in state.values()])
    curve = fire_ref.front(state)
    for lam, sfe, dfi in zip(*curve, strict=True):
        # Two SVDs of one matrix: singular values to 1e-15, their distance from 1 to 1e-12 or so of itself.
        assert place(network, lam) == pytest.approx((sfe, dfi), rel=1e-10, abs=1e-24)
    for dfi in (5.0, 1.0, 1e-3):
        moved = fire_ref.relax(state, dfi=dfi)
        paid = sum(float(fire_ref.sfe(state[name], moved[name])) for name in state)
        # The bisection leaves 1e-9 of the multiplier, and SFE goes with at most its square.
        assert least_sfe(network, dfi) == pytest.approx(paid, rel=1e-8)


@pytest.mark.parametrize("shape", [(8, 3), (3, 8), (5, 5)])
@pytest.mark.parametrize("gain", [0.25, 1.0, 3.0])
def test_one_layer_is_where_relax_puts_it_and_pays_what_excess_says(
    rng: np.random.Generator, shape: tuple[int, int], gain: float
) -> None:
    W = with_spectrum(rng, *shape, np.geomspace(2, 0.2, min(shape)))
    one = layers([(values(W), gain)])
    for lam in (0.01, 0.4, 0.5, 2.0, 100.0):
        V = fire_ref.relax(W, weight=lam, gain=gain)
        wanted = float(fire_ref.sfe(W, V)), float(fire_ref.dfi(V, gain=gain))
        # relax counts lam in units of the gain, the network in those of W; V itself is rounded to 1e-15.
        assert place(one, lam * gain**2) == pytest.approx(wanted, rel=1e-9, abs=1e-20)
    X = gain * fire_ref.newton_schulz(W, steps=5)
    paid = fire_ref.excess(W, X, gain=gain)
    assert least_sfe(one, float(paid.dfi)) == pytest.approx(float(paid.least_sfe), rel=1e-8)  # bisection, as above


def test_the_ends_are_exact() -> None:
    curve = front_of(NETWORK, 40)
    assert curve.weight[0] == curve.sfe[0] == 0.0
    assert curve.weight[-1] == np.inf
    assert curve.dfi[-1] == 0.0
    whole = sum(np.sum(((s / c) ** 2 - 1) ** 2) for s, c in SPECTRA.values())
    price = sum(np.sum((s - c) ** 2) for s, c in SPECTRA.values())
    terms = len(NETWORK.unit)  # summed in two orders
    assert curve.dfi[0] == pytest.approx(whole, rel=terms * EPS64)
    assert curve.sfe[-1] == pytest.approx(price, rel=terms * EPS64)
    assert least_sfe(NETWORK, 0.0) == curve.sfe[-1]


def test_it_falls_and_is_convex_with_the_multiplier_as_its_slope() -> None:
    curve = front_of(NETWORK, 40)
    assert [len(part) for part in curve] == [40, 40, 40]
    assert np.all(np.diff(curve.weight) > 0)
    paid, bought = np.diff(curve.sfe), -np.diff(curve.dfi)
    assert np.all(paid > 0)
    assert np.all(bought > 0)
    # -d SFE / d DfI is lam, so that a chord lies between the multipliers of its ends; 1e-9 for the differences.
    assert np.all(paid / bought >= curve.weight[:-1] * (1 - 1e-9))
    assert np.all(paid / bought <= curve.weight[1:] * (1 + 1e-9))


def test_the_points_are_spread_over_the_bend() -> None:
    curve = front_of(NETWORK, 40)
    assert 0.98 * curve.dfi[0] <= curve.dfi[1] <= 0.99 * curve.dfi[0]
    assert 0.9e-4 <= curve.dfi[-2] / len(NETWORK.unit) <= 1e-4


@pytest.mark.parametrize("dfi", [6.0, 2.0, 0.5, 0.01])
def test_no_two_multipliers_buy_the_same_for_less(dfi: float) -> None:
    first, second = (layers([SPECTRA[name]]) for name in ("spread", "tiny"))
    both = layers([SPECTRA["spread"], SPECTRA["tiny"]])
    least = least_sfe(both, dfi)
    grid = [0.0, *np.geomspace(1e-6, 1e6, 400), np.inf]
    one, two = (np.array([place(layer, lam) for lam in grid]) for layer in (first, second))
    every = one[:, None] + two[None, :]
    brute = every[..., 0][every[..., 1] <= dfi].min()
    assert least <= brute * (1 + 1e-8)  # as far as the bisection leaves it
    assert brute <= 1.1 * least  # the grid is fine enough to come close: its multipliers are 7 % apart


def test_one_multiplier_that_forgets_the_gains_pays_more() -> None:
    spectra = [SPECTRA["spread"], SPECTRA["near"], SPECTRA["tiny"]]
    forgetful = Layers(layers(spectra).unit, np.ones(16))
    for dfi in (6.0, 2.0, 0.5):
        lam = min(lam for lam in np.geomspace(1e-6, 1e6, 2000) if place(forgetful, lam)[1] <= dfi)
        paid = sum(place(layers([(s, c)]), lam * c**2)[0] for s, c in spectra)
        assert paid > 1.01 * least_sfe(layers(spectra), dfi)


def test_a_network_that_is_there_already_pays_nothing() -> None:
    whole = place(NETWORK, 0.0)[1]
    assert least_sfe(NETWORK, whole) == 0.0
    assert least_sfe(NETWORK, np.nextafter(whole, 0)) > 0.0
    isometry = layers([(np.full(4, 0.5), 0.5), (np.full(3, 2.0), 2.0)])
    assert least_sfe(isometry, 0.0) == 0.0
    curve = front_of(isometry, 5)
    assert not curve.sfe.any()
    assert not curve.dfi.any()
    assert np.all(np.diff(curve.weight) >= 0)


def test_a_network_without_weights_has_an_empty_front() -> None:
    empty = layers([])
    assert empty.unit.shape == empty.gain.shape == (0,)
    assert [part.shape for part in front_of(empty, 40)] == [(0,), (0,), (0,)]
    assert place(empty, 1.0) == (0.0, 0.0)
    assert least_sfe(empty, 0.0) == 0.0


def test_a_layer_that_float64_cannot_hold_over_its_gain_is_left_out() -> None:
    with_it = layers([SPECTRA["spread"], (np.array([1e300, 1.0]), 1e-10), SPECTRA["near"]])
    without = layers([SPECTRA["spread"], SPECTRA["near"]])
    assert np.array_equal(with_it.unit, without.unit)
    assert np.array_equal(with_it.gain, without.gain)


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300, 1e307])
def test_a_front_far_out_is_traced_without_a_warning(scale: float) -> None:
    curve = front_of(layers([(scale * np.array([3.0, 1.0]), 1.0)]), 10)
    assert not np.isnan(curve.weight).any()
    assert curve.dfi[-1] == 0.0
