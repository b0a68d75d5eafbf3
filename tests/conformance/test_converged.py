"""The polar factor is told from everything else by its definition, whatever the conditioning."""

from __future__ import annotations

import math

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.converged import Convergence, Residuals, converged, counted, steps_for
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.precision import DTYPES, Host, rounded, widened
from fire_ref.tolerances import CONCLUSIVE, EPS, residual_bound

from .observed import OFFICIAL, PAIRS, graded, observation

PAPER = DIALECTS["paper"]
SHAPES = [(12, 6), (6, 12), (8, 8), (1, 5), (5, 1), (1, 1)]


def of(W: Host, Q: Host, dtype: str = "float64", dialect: str = "paper", level: str = "matrix") -> Convergence:
    return converged(observation(W, Q, dialect=DIALECTS[dialect], level=level), dtype)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("condition", [1.0, 1e6, 1e12])
def test_the_exact_factor_passes_at_every_condition(
    shape: tuple[int, int], condition: float, rng: np.random.Generator
) -> None:
    W = graded(rng, *shape, condition)
    found = of(W, fire_ref.polar_factor(W))
    assert (found.status, found.conclusive) == ("pass", True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_exact_factor_passes_in_every_dtype(dtype: str, rng: np.random.Generator) -> None:
    W = widened(rounded(graded(rng, 12, 8, 1 / EPS[dtype] ** 0.5), dtype))
    Q = widened(rounded(fire_ref.polar_factor(W), dtype))
    assert of(W, Q, dtype).status == "pass"
    assert of(W, np.zeros_like(Q), dtype).status == "fail"
    assert of(W, W / np.linalg.norm(W), dtype).status == "fail"


@pytest.mark.parametrize("shape", [(12, 6), (6, 12), (8, 8)])
def test_other_isometries_fail(shape: tuple[int, int], rng: np.random.Generator) -> None:
    W = graded(rng, *shape, 10.0)
    tall = shape[0] >= shape[1]
    qr = np.linalg.qr(W)[0] if tall else np.linalg.qr(W.T)[0].T
    Q = fire_ref.polar_factor(W)
    found = of(W, qr)
    assert found.status == "fail"
    assert found.residuals.orthonormality <= found.bounds.orthonormality
    assert found.residuals.backward > CONCLUSIVE / 10 or found.residuals.indefinite > 0
    for wrong in (-Q, Q[::-1], 0 * Q, 0.999 * Q, W):
        assert of(W, wrong).status == "fail"


def test_a_flipped_sign_is_seen_by_the_indefinite_factor_alone(rng: np.random.Generator) -> None:
    W = graded(rng, 8, 8, 10.0)
    U, s, Vh = np.linalg.svd(W)
    found = of(W, (U * np.array([1.0] * 7 + [-1.0])) @ Vh)
    assert found.residuals.indefinite == pytest.approx(s[-1] / s[0])
    assert found.residuals.orthonormality <= found.bounds.orthonormality
    assert found.residuals.backward <= found.bounds.backward
    assert found.status == "fail"


def test_zero_is_off_by_one_in_both_residuals(rng: np.random.Generator) -> None:
    for shape in SHAPES:
        found = of(graded(rng, *shape, 3.0), np.zeros(shape))
        assert found.residuals.orthonormality == pytest.approx(1)
        assert found.residuals.backward == pytest.approx(1)


def test_the_bounds_are_those_of_a_backward_stable_factor(rng: np.random.Generator) -> None:
    found = of(graded(rng, 12, 9, 3.0), np.zeros((12, 9)))
    plain = residual_bound(9, EPS["float64"])
    assert found.bounds == Residuals(plain / 3, plain, plain)
    assert found.ratio == pytest.approx(3 / plain)


def test_ten_steps_are_not_converged_on_small_singular_values_and_on_large_they_are(rng: np.random.Generator) -> None:
    for condition, status in ((1e4, "fail"), (1.5, "pass")):
        W = graded(rng, 10, 6, condition)
        assert of(W, fire_ref.newton_schulz(W, 10)).status == status


@pytest.mark.parametrize("null", ["zero", "completed", "noise"])
def test_what_rank_does_not_count_is_left_out(null: str, rng: np.random.Generator) -> None:
    for shape in ((9, 5), (5, 9), (6, 6)):
        U, s, Vh = np.linalg.svd(graded(rng, *shape, 3.0), full_matrices=False)
        s[-2:] = 0
        W = (U * s) @ Vh
        Q = U[:, :-2] @ Vh[:-2]
        Q = Q + {"zero": 0, "completed": 1, "noise": 0.4}[null] * U[:, -2:] @ Vh[-2:]
        assert of(W, Q).status == "pass"
        assert of(W, Q + 0.01 * U[:, :1] @ Vh[:1]).status == "fail"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(129, 31), (512, 3), (200, 100)])
def test_something_counts_however_large_the_matrix(shape: tuple[int, int], dtype: str) -> None:
    """In bfloat16 max(m, n) eps exceeds 1 from 129 rows on."""
    s = np.geomspace(1, 0.1, min(shape))
    assert counted(s, dtype, shape)[0]
    W = widened(rounded(graded(np.random.default_rng(0), *shape, 10.0), dtype))
    assert of(W, widened(rounded(fire_ref.polar_factor(W), dtype)), dtype).status in ("pass", "inconclusive")
    assert of(W, np.zeros(shape), dtype).status == "fail"


def test_rank_is_counted_as_everywhere() -> None:
    eps = EPS["float32"]
    s = np.array([1.0, 21 * eps, 19 * eps, 0.0])
    np.testing.assert_array_equal(counted(s, "float32", (20, 4)), [True, True, False, False])
    np.testing.assert_array_equal(counted(s, "float32"), [True, True, True, False])
    np.testing.assert_array_equal(counted(s, "float64", (20, 4)), [True, True, True, False])


@pytest.mark.parametrize(("name", "level"), PAIRS)
@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_a_gain_is_taken_out_first(name: str, level: str, dtype: str, rng: np.random.Generator) -> None:
    dialect = DIALECTS[name]
    W = widened(rounded(graded(rng, 10, 6, 3.0), dtype))
    rows, columns = (6, 10) if name == "official-sac" and level == "weight" else (10, 6)
    gains = {
        "one": 1.0,
        "fan": (rows / columns) ** 0.5,
        "norm": np.linalg.norm(W) / 6**0.5,
        "muon": max(1, rows / columns) ** 0.5,
        "moonshot": 0.2 * max(rows, columns) ** 0.5,
    }
    gain = gains[dialect.gain] if level == "weight" else 1.0
    Q = gain * fire_ref.polar_factor(W)
    assert of(W, Q, dtype, name, level).status == "pass"
    assert of(W, 2 * Q, dtype, name, level).status == "fail"


def test_of_several_matrices_the_worst_counts_and_zero_ones_do_not(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 6, 4))
    W[1] = 0
    Q = np.stack([fire_ref.polar_factor(one) if one.any() else one for one in W])
    assert of(W, Q).status == "pass"
    Q[2] *= 1.1
    found = of(W, Q)
    assert found.status == "fail"
    assert found.ratio == of(W[2], Q[2]).ratio
    assert of(0 * W, 0 * W).status == "inconclusive"


def test_a_kernel_is_judged_tap_by_tap_or_flat(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 2))
    taps = fire_ref.fire(W)
    flat = (fire_ref.polar_factor(W.reshape(4, 12))).reshape(W.shape)
    assert of(W, taps, dialect="official", level="weight").status == "pass"
    assert of(W, flat, dialect="official", level="weight").status == "fail"
    assert of(W, flat, dialect="muon", level="weight").status == "pass"
    assert of(W, taps, dialect="muon", level="weight").status == "fail"


def test_huge_answers_are_judged_without_a_warning(rng: np.random.Generator) -> None:
    W = graded(rng, 5, 3, 2.0)
    assert of(W, 1e200 * W).ratio == math.inf
    assert of(W * 1e300, fire_ref.polar_factor(W)).status == "pass"


def test_the_status_follows_ratio_and_conclusiveness() -> None:
    nothing = Residuals(0.0, 0.0, 0.0)
    assert Convergence(nothing, nothing, 1.0, True).status == "pass"
    assert Convergence(nothing, nothing, 1.0, False).status == "inconclusive"
    assert Convergence(nothing, nothing, 1.1, False).status == "fail"
    assert Convergence(nothing, nothing, math.nan, True).status == "fail"


@pytest.mark.parametrize("condition", [2.0, 100.0, 1e6])
def test_the_steps_needed_are_enough_and_one_less_is_not(condition: float, rng: np.random.Generator) -> None:
    W = graded(rng, 8, 5, condition)
    steps = steps_for(observation(W, W), OFFICIAL, "float64")
    assert steps is not None
    tolerance = residual_bound(5, EPS["float64"]) / 2 / 5**0.5
    assert steps == fire_ref.steps_needed(W, tol=tolerance)
    assert of(W, fire_ref.newton_schulz(W, steps)).ratio < of(W, fire_ref.newton_schulz(W, steps - 1)).ratio
    assert steps_for(observation(W, W, dialect=PAPER), PAPER, "float64") == steps
    assert steps_for(observation(W, W), OFFICIAL, "bfloat16") < steps


def test_muon_never_needs_enough(rng: np.random.Generator) -> None:
    W = graded(rng, 8, 5, 10.0)
    assert steps_for(observation(W, W), DIALECTS["muon"], "float64") is None


def test_a_stack_needs_the_most_of_its_matrices(rng: np.random.Generator) -> None:
    W = np.stack([graded(rng, 6, 4, 2.0), graded(rng, 6, 4, 1e5), np.zeros((6, 4))])
    alone = steps_for(observation(W[1], W[1]), OFFICIAL, "float32")
    assert steps_for(observation(W, W), OFFICIAL, "float32") == alone


@pytest.mark.parametrize("shape", [(12, 6), (6, 12)])
def test_the_distance_to_the_factor_is_shown_beside_what_the_backward_error_explains(
    shape: tuple[int, int], rng: np.random.Generator
) -> None:
    W = graded(rng, *shape, 1e6)
    Q = fire_ref.polar_factor(W + 1e-12 * rng.standard_normal(shape))
    found = of(W, Q)
    assert found.distance == pytest.approx(float(np.linalg.norm(Q - fire_ref.polar_factor(W))), rel=1e-3)
    assert found.distance <= found.explained <= 1e4 * found.distance
    assert of(W, np.zeros(shape)).distance == pytest.approx(np.sqrt(6))
