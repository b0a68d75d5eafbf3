"""The sums over a network: which rows count, and what is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from fire_ref.audits.curve import layers, least_sfe
from fire_ref.audits.totals import fired, total
from fire_ref.tolerances import EPS

from .networks import State, ordinary, orthogonal

SUMS = ("dfi_before", "dfi_gain", "sfe_isotropy", "sfe_gain", "squared_norm")


def mixed(rng: np.random.Generator) -> State:
    """Under the recipe "official": four tensors taken, one kept, one refused, one vector."""
    conv3d = rng.standard_normal((2, 2, 2, 2, 2))
    return ordinary(rng) | {"video.weight": conv3d, "broken.weight": np.full((3, 3), np.nan)}


def test_sums_are_over_the_rows_that_fire_takes(rng: np.random.Generator) -> None:
    found = fire_ref.audit(mixed(rng), recipe="official", steps=(3, 7))
    rows = fired(found.rows)
    assert [row.name for row in rows] == ["block.2.weight", "block.10.weight", "block.1.weight", "head.weight"]
    for name in SUMS:
        assert getattr(found.totals, name) == sum(getattr(row, name) for row in rows), name
    for key in (3, 7, "exact"):
        assert found.totals.dfi[key] == sum(row.dfi[key] for row in rows)
        assert found.totals.sfe[key] == sum(row.sfe[key] for row in rows)
    assert (found.totals.weights, found.totals.kept, found.totals.refused) == (4, 1, 1)
    assert found.totals.parameters == 12 * 12 + 12 * 6 + 4 * 3 * 9 + 5 * 12
    assert found.totals.directions == 12 + 6 + 3 * 9 + 5


def test_sums_are_those_of_the_matrices_themselves(rng: np.random.Generator) -> None:
    state = {"a": rng.standard_normal((6, 6)), "b": rng.standard_normal((8, 4))}
    found = fire_ref.audit(state, steps=5).totals
    gains = {"a": 1.0, "b": 2**0.5}
    exact = {name: fire_ref.fire(W, method="svd", gain="fan") for name, W in state.items()}
    five = {name: fire_ref.fire(W, method="newton-schulz", steps=5, gain="fan") for name, W in state.items()}
    # Two ways to one number, each rounded to about 1e-15 of the norms; the sums are of order 1 to 100.
    assert found.squared_norm == pytest.approx(sum(np.sum(W * W) for W in state.values()), rel=1e-12)
    assert found.sfe["exact"] == pytest.approx(sum(float(fire_ref.sfe(state[n], exact[n])) for n in state), rel=1e-12)
    assert found.sfe[5] == pytest.approx(sum(float(fire_ref.sfe(state[n], five[n])) for n in state), rel=1e-12)
    assert found.dfi[5] == pytest.approx(sum(float(fire_ref.dfi(five[n], gain=gains[n])) for n in state), rel=1e-12)
    assert found.dfi_gain == pytest.approx(sum(float(fire_ref.dfi(state[n], gain=gains[n])) for n in state), rel=1e-12)
    assert found.dfi["exact"] == 0.0


def test_the_parts_of_the_price_add_up(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng)).totals
    slack = found.squared_norm * found.directions * EPS["float64"]  # three sums of so many squares
    assert abs(found.sfe_isotropy + found.sfe_gain - found.sfe["exact"]) <= slack


def test_the_least_price_is_the_networks_and_below_the_layers_own(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng))
    network = layers([(found.spectra[row.name], row.gain) for row in found.rows])
    for key in (5, 10, "exact"):
        assert found.totals.least_sfe[key] == least_sfe(network, found.totals.dfi[key])
        # Each layer at its own DfI is one way to come down to the sum; 1e-8 for the two bisections.
        assert found.totals.least_sfe[key] <= sum(row.least_sfe[key] for row in found.rows) * (1 + 1e-8)
        assert found.totals.least_sfe[key] <= found.totals.sfe[key] * (1 + 1e-8)
    assert found.totals.least_sfe[5] < 0.999 * sum(row.least_sfe[5] for row in found.rows)  # not one and the same


def test_layers_are_counted_by_what_the_steps_do_to_them(rng: np.random.Generator) -> None:
    state = {"isometry": 2 * orthogonal(rng, 64), "bad": np.diag([3.0, 0.001]), "one": np.array([[2.0]])}
    found = fire_ref.audit(state, steps=(0, 5, 40))
    needed = {row.name: row.steps_needed for row in found.rows}
    assert found.totals.moved_away[5] == 1
    assert found.totals.moved_away[0] == 1
    assert needed["one"] == 0
    assert 5 < needed["isometry"] < needed["bad"] <= 40
    assert found.totals.enough == {0: 1, 5: 1, 40: 3}
    assert found.totals.steps_needed == needed["bad"]


def test_dead_units_and_missing_directions_are_counted(rng: np.random.Generator) -> None:
    dead = rng.standard_normal((6, 4))
    dead[1] = dead[4] = 0
    found = fire_ref.audit({"dead": dead, "flat": np.ones((3, 3)), "zero": np.zeros((2, 5))}).totals
    assert found.dead_units == 2 + 0 + 2
    assert found.rank_deficient == 2


@pytest.mark.parametrize("state", [{"a": np.full((3, 3), np.nan)}, {"bias": np.ones(3)}, {"a": np.ones((2, 0))}])
def test_without_a_weight_everything_is_zero_and_nothing_nan(state: State) -> None:
    found = fire_ref.audit(state).totals
    assert (found.weights, found.parameters, found.directions, found.dead_units) == (0, 0, 0, 0)
    assert all(getattr(found, name) == 0 for name in SUMS)
    assert found.dfi == found.sfe == found.least_sfe == {5: 0, 10: 0, "exact": 0}
    assert found.moved_away == found.enough == {5: 0, 10: 0}
    assert found.steps_needed is None
    assert found.refused == sum(bool(np.isnan(W).any()) for W in state.values())


def test_a_zero_tensor_has_its_price_and_needs_no_steps() -> None:
    found = fire_ref.audit({"zero": np.zeros((8, 2))}).totals
    assert found.squared_norm == 0.0
    assert found.dfi_before == found.dfi[5] == found.dfi[10] == 2.0
    # Two directions from 0 to the gain, which is 2: Newton-Schulz leaves them where they are.
    assert found.sfe == {5: 0.0, 10: 0.0, "exact": 8.0}
    assert found.least_sfe == {5: 0.0, 10: 0.0, "exact": 8.0}
    assert found.steps_needed is None
    assert found.rank_deficient == 1


def test_an_action_is_all_that_takes_a_row_out_of_the_sums(rng: np.random.Generator) -> None:
    found = fire_ref.audit({"a": rng.standard_normal((4, 4)), "b": rng.standard_normal((4, 4))})
    both = total(found.rows, found.spectra, found.steps)
    alone = total([found.rows[0], replace(found.rows[1], action="keep")], found.spectra, found.steps)
    assert both == found.totals
    assert (alone.weights, alone.kept) == (1, 1)
    assert alone.squared_norm == found.rows[0].squared_norm
    assert alone.least_sfe["exact"] == pytest.approx(found.rows[0].sfe_optimum, rel=4 * EPS["float64"])  # four terms
