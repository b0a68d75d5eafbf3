"""The formula that made the probes is found, with its gain; what no formula made is not explained."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.fitting import LARGEST, MEAN, Fit, fits
from fire_ref.conformance.hypotheses import Formula
from fire_ref.conformance.precision import Host
from fire_ref.conformance.response import Measured, measured
from fire_ref.tolerances import EPS

from .observed import graded, observation

SHAPES = [(24, 8), (8, 24), (8, 8), (24, 8)]
SCALES = [1.5, 0.6, 2.0, 0.01]


def seen(function: Callable[[Host], Host], noise: float = 0.0) -> list[Measured]:
    rng = np.random.default_rng(9)
    found = []
    for shape, scale in zip(SHAPES, SCALES, strict=True):
        W = graded(rng, *shape, 1e4, scale)
        Y = function(W)
        found.append(measured(observation(W, Y + noise * rng.standard_normal(shape)), flat=False))
    return found


def solver(coefficients: str, steps: int, normalization: str = "frobenius") -> Callable[[Host], Host]:
    return lambda W: fire_ref.newton_schulz(W, steps, coefficients=coefficients, normalization=normalization)


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
@pytest.mark.parametrize(("coefficients", "steps"), [("cubic", 5), ("cubic", 10), ("muon", 5), ("quintic", 4)])
def test_a_formula_is_found_alone(coefficients: str, steps: int, normalization: str) -> None:
    found = fits(seen(solver(coefficients, steps, normalization)), EPS["float64"])
    assert [fit.formula for fit in found] == [Formula(coefficients, steps, normalization)]
    assert found[0].within
    assert found[0].gain == "1"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda W: fire_ref.polar_factor(W).astype(np.float32).astype(np.float64), "exact"),
        (lambda W: 3 * W, "linear"),
        (lambda W: np.linalg.pinv(W).T, "inverse"),
    ],
)
def test_what_has_no_steps_is_found(function: Callable[[Host], Host], name: str) -> None:
    found = {fit.formula: fit for fit in fits(seen(function), EPS["float32" if name == "exact" else "float64"])}
    assert found[Formula(name, None, "")].within
    # What has converged is the polar factor, too.
    assert name == "exact" or list(found) == [Formula(name, None, "")]
    assert min((one.steps for one in found if one.steps), default=30) > 5


def test_a_gain_is_found_with_its_factors() -> None:
    def scaled(W: Host) -> Host:
        return (W.shape[0] / W.shape[1]) ** 0.5 * fire_ref.newton_schulz(W, 10)

    fit = fits(seen(scaled), EPS["float64"])[0]
    assert (fit.formula, fit.gain) == (Formula("cubic", 10, "frobenius"), "sqrt(o/i)")
    np.testing.assert_allclose(fit.factors, [3**0.5, 3**-0.5, 1, 3**0.5])
    assert fits(seen(lambda W: 2.5 * fire_ref.newton_schulz(W, 10)), EPS["float64"])[0].gain == "2.5"


def test_what_nothing_explains_has_one_fit_that_is_not_within() -> None:
    found = fits(seen(lambda W: W @ W.T @ W), EPS["float64"])
    assert len(found) == 1
    assert not found[0].within
    assert found[0].residual > MEAN


def test_noise_beside_the_diagonal_is_believed_on_it() -> None:
    """The more an answer leaks, the more formulas explain it; the right one stays among them."""
    few = fits(seen(solver("cubic", 10), 1e-7), EPS["float32"])
    many = fits(seen(solver("cubic", 10), 3e-2), EPS["bfloat16"])
    right = Formula("cubic", 10, "frobenius")
    assert right in [fit.formula for fit in few]
    assert right in [fit.formula for fit in many]
    assert len(few) < len(many)
    assert [fit.residual for fit in many] == sorted(fit.residual for fit in many)
    assert all(fit.within for fit in many)


def test_an_eps_in_the_norm_is_room_only_where_it_is_declared() -> None:
    found = seen(lambda W: fire_ref.newton_schulz(W, 5, coefficients="muon", eps=1e-7))
    right = Formula("muon", 5, "frobenius")
    allowed = fits(found, EPS["float64"], floor=1e-7)[0]
    assert (allowed.formula, allowed.within) == (right, True)
    assert not fits(found, EPS["float64"])[0].within


def test_other_polynomials_are_tried_when_given() -> None:
    own = (2.0, -1.5, 0.5)
    found = seen(lambda W: fire_ref.newton_schulz(W, 6, coefficients=own))
    assert fits(found, EPS["float64"], {"mine": (own,)})[0].formula == Formula("mine", 6, "frobenius")
    assert not fits(found, EPS["float64"])[0].within


def test_a_single_digit_of_a_coefficient_is_seen_in_single_precision() -> None:
    """WILD.md: 3.445 for 3.4445."""
    found = seen(lambda W: fire_ref.newton_schulz(W, 5, coefficients=(3.445, -4.775, 2.0315)), 1e-8)
    assert not any(fit.within for fit in fits(found, EPS["float32"]))


def test_deviations_are_noise_in_the_mean_and_in_the_largest() -> None:
    formula = Formula("cubic", 1, "none")
    assert Fit(formula, (1.0,), "1", MEAN, LARGEST).within
    assert not Fit(formula, (1.0,), "1", 1.01 * MEAN, LARGEST).within
    assert not Fit(formula, (1.0,), "1", MEAN, 1.01 * LARGEST).within
    assert not Fit(formula, (1.0,), "1", float("nan"), 0.0).within
