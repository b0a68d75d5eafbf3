"""What an audit found, and the front that it traces when asked."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

import fire_ref
from fire_ref.audits.curve import front_of, layers
from fire_ref.audits.findings import POINTS

from .networks import ordinary


def test_the_front_is_that_of_the_layers_that_fire_takes(rng: np.random.Generator) -> None:
    state = ordinary(rng) | {"video.weight": rng.standard_normal((2, 2, 2, 2, 2)), "broken": np.full((3, 3), np.inf)}
    found = fire_ref.audit(state, recipe="official")
    taken = [row for row in found.rows if row.name in ordinary(rng)]
    assert len(taken) == 4 < len(found.rows)
    wanted = front_of(layers([(found.spectra[row.name], row.gain) for row in taken]), POINTS)
    for one, other in zip(found.front, wanted, strict=True):
        assert one.shape == (POINTS,)
        assert np.array_equal(one, other)


def test_the_front_ends_in_the_totals(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng))
    # The same terms, summed in another order.
    slack = found.totals.directions * np.finfo(float).eps
    assert found.front.dfi[0] == pytest.approx(found.totals.dfi_gain, rel=slack)
    assert found.front.sfe[-1] == pytest.approx(found.totals.sfe["exact"], rel=slack)


def test_newton_schulz_never_lies_below_the_front(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng), steps=(0, 1, 3, 5, 10, 20))
    for k in found.steps:
        # The chord of a convex curve lies above it, so that this is the weaker claim at every point but the traced.
        on_front = np.interp(found.totals.dfi[k], found.front.dfi[::-1], found.front.sfe[::-1])
        assert found.totals.least_sfe[k] <= on_front * (1 + 1e-8)  # the bisection's 1e-9, twice
        assert found.totals.least_sfe[k] <= found.totals.sfe[k] * (1 + 1e-8)


def test_the_front_is_traced_once(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng))
    assert found.front is found.front


def test_without_a_weight_the_front_is_empty() -> None:
    assert [part.shape for part in fire_ref.audit({"bias": np.ones(3)}).front] == [(0,), (0,), (0,)]


def test_findings_do_not_change_and_compare_without_their_spectra(rng: np.random.Generator) -> None:
    state = ordinary(rng)
    found = fire_ref.audit(state)
    assert found == fire_ref.audit(state)
    assert found != fire_ref.audit(state, steps=5)
    assert "spectra" not in repr(found)
    with pytest.raises(FrozenInstanceError):
        found.source = "elsewhere"


def test_spectra_are_the_singular_values_of_each_row(rng: np.random.Generator) -> None:
    state = {
        "a": rng.standard_normal((5, 3)),
        "conv": rng.standard_normal((4, 3, 2, 2)),
        "broken": np.full((2, 2), np.nan),
    }
    spectra = fire_ref.audit(state).spectra
    assert {name: values.shape for name, values in spectra.items()} == {"a": (1, 3), "conv": (4, 3), "broken": (0, 0)}
    assert all(values.dtype == np.float64 for values in spectra.values())
    taps = state["conv"].transpose(2, 3, 0, 1).reshape(4, 4, 3)
    # Two SVDs of one well-conditioned matrix.
    np.testing.assert_allclose(spectra["conv"], np.linalg.svd(taps, compute_uv=False), rtol=1e-12)
    np.testing.assert_allclose(spectra["a"][0], np.linalg.svd(state["a"], compute_uv=False), rtol=1e-12)
