"""Every formula predicts what its polynomial does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.hypotheses import MOST_STEPS, NORMS, POLYNOMIALS, Formula, Predicted, declared, predictions
from fire_ref.conformance.precision import Host
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import EPS, iterate_bound

from .observed import VERIFIABLE

SPECTRA = [np.geomspace(1.5, 0.02, 6), np.geomspace(0.6, 0.01, 4)]
EPS64 = EPS["float64"]


def every(spectra: list[Host] = SPECTRA) -> dict[Formula, Predicted]:
    found = list(predictions(spectra))
    assert len({one.formula for one in found}) == len(found)
    return {one.formula: one for one in found}


def test_a_thousand_formulas_are_tried_and_all_are_finite() -> None:
    found = every()
    assert len(found) > 1000
    assert all(np.isfinite(one.response).all() and np.isfinite(one.swing).all() for one in found.values())
    assert {one.normalization for one in found} == {*NORMS, ""}
    assert {one.coefficients for one in found} == {*POLYNOMIALS, "exact", "linear", "inverse"}
    assert max(one.steps or 0 for one in found) == MOST_STEPS


@pytest.mark.parametrize("name", ["cubic", "muon", "quintic", "polar-express"])
@pytest.mark.parametrize("steps", [1, 5, 10])
def test_a_formula_is_the_library_response(name: str, steps: int) -> None:
    found = every()[Formula(name, steps, "frobenius")]
    x = np.concatenate([s / np.linalg.norm(s) for s in SPECTRA])
    right = fire_ref.spectral_response(x, steps, coefficients=name)
    stretch = float(np.max(np.abs(found.swing / x)))
    assert np.abs(found.response - right).max() <= iterate_bound(6, EPS64, stretch)


@pytest.mark.parametrize("name", VERIFIABLE)
def test_a_dialect_is_the_formula_that_it_declares(name: str) -> None:
    dialect = replace(DIALECTS[name], eps=0.0)
    formula = declared(dialect)
    found = {
        one.formula: one for one in predictions(SPECTRA[:1], {**POLYNOMIALS, formula.coefficients: dialect.triples})
    }
    told = truth(np.diag(SPECTRA[0]), dialect, "matrix")
    gap = np.abs(found[formula].response - told.response[0]).max()
    assert gap <= iterate_bound(6, EPS64, told.amplification)


def test_formulas_of_dialects_have_names_that_people_use() -> None:
    assert declared(DIALECTS["paper"]) == Formula("exact", None, "")
    assert declared(DIALECTS["official"]) == Formula("cubic", 10, "frobenius")
    assert declared(DIALECTS["muon"]) == Formula("muon", 5, "frobenius")
    assert declared(DIALECTS["polar-express"]) == Formula("polar-express", 5, "frobenius")
    assert declared(DIALECTS["polar-express-safe"]).normalization == "1.01 frobenius"
    assert declared(DIALECTS["deepseek-v4"]) == Formula("deepseek-v4", 10, "frobenius")
    own = replace(DIALECTS["official"], name="mine", coefficients=(2.0, -1.5, 0.5))
    assert declared(own) == Formula("mine", 10, "frobenius")


def test_what_has_no_steps_is_one_or_a_multiple_or_the_inverse() -> None:
    found, s = every(), np.concatenate(SPECTRA)
    np.testing.assert_array_equal(found[Formula("exact", None, "")].response, 1.0)
    np.testing.assert_array_equal(found[Formula("linear", None, "")].response, s)
    np.testing.assert_array_equal(found[Formula("inverse", None, "")].response, 1 / s)


def test_there_is_no_inverse_of_zero() -> None:
    found = every([np.array([1.0, 0.0])])
    assert Formula("inverse", None, "") not in found
    np.testing.assert_array_equal(found[Formula("exact", None, "")].response, [1.0, 0.0])


def test_norms_are_those_of_their_names() -> None:
    s = np.array([4.0, 3.0])
    expected = {"frobenius": 5, "spectral": 4, "none": 1, "nuclear": 7, "schatten-4": (4**4 + 3**4) ** 0.25}
    factors = {"1.01 frobenius": 5.05, "1.02 frobenius": 5.1, "1.05 frobenius": 5.25, "1.05 spectral": 4.2}
    assert {name: pytest.approx(norm(s)) for name, norm in NORMS.items()} == {**expected, **factors}


def test_without_normalisation_large_matrices_overflow_and_are_left_out() -> None:
    found = every([np.array([50.0, 1.0])])
    assert Formula("cubic", 30, "none") not in found
    assert Formula("cubic", 30, "frobenius") in found


def test_ten_steps_of_the_schedule_that_begins_like_muon_are_not_muon() -> None:
    names = {one for one in every() if one.coefficients == "deepseek-v4"}
    assert min(one.steps or 0 for one in names) == 9


@pytest.mark.parametrize("formula", [Formula("cubic", 5, "frobenius"), Formula("muon", 3, "spectral")])
def test_the_swing_is_the_largest_move_by_a_relative_error_of_any_step(formula: Formula) -> None:
    s = SPECTRA[0]
    swing = every([s])[formula].swing
    x, right = s / NORMS[formula.normalization](s), np.zeros_like(s)
    triples, steps = POLYNOMIALS[formula.coefficients], formula.steps or 0
    for start in range(steps + 1):
        value, slope = x, np.ones_like(x)
        for step in range(steps):
            a, b, c = triples[min(step, len(triples) - 1)]
            if step >= start:
                slope = slope * (a + 3 * b * value**2 + 5 * c * value**4)
            if step == start:
                at_start = value
            value = a * value + b * value**3 + c * value**5
        right = np.maximum(right, np.abs((at_start if start < steps else value) * slope))
    np.testing.assert_allclose(swing, right, rtol=1000 * EPS64)
