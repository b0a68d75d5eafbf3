"""The declared answer agrees with the library's own functions, with exact arithmetic, and its stretch with slopes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS, Dialect
from fire_ref.conformance.precision import Host
from fire_ref.conformance.truth import (
    factors,
    frobenius,
    from_matrices,
    layout_of,
    normalised,
    one_step,
    respond,
    slope,
    to_matrices,
    truth,
)
from fire_ref.layout import Layout
from fire_ref.tolerances import EPS, iterate_bound, residual_bound

from .observed import STEPPED, graded

EPS64 = EPS["float64"]
SHAPES = [(9, 4), (4, 9), (6, 6), (1, 5), (5, 1), (1, 1)]


def away(X: Host, Y: Host) -> float:
    return float(np.linalg.norm(X - Y))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", STEPPED)
def test_the_matrix_is_what_newton_schulz_gives(name: str, shape: tuple[int, int], rng: np.random.Generator) -> None:
    dialect = DIALECTS[name]
    W = rng.standard_normal(shape)
    scaled = dialect.safety * (np.linalg.norm(W) + dialect.eps / dialect.safety)
    X = fire_ref.newton_schulz(
        W / scaled, dialect.steps, coefficients=dialect.triples[: dialect.steps], normalization="none"
    )
    found = truth(W, dialect, "matrix")
    assert away(found.value, X) <= iterate_bound(min(shape), EPS64, found.amplification)
    assert (found.gains == 1).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_exact_one_is_the_polar_factor(shape: tuple[int, int], rng: np.random.Generator) -> None:
    W = graded(rng, *shape, condition=10.0)
    found = truth(W, DIALECTS["paper"], "matrix")
    # Both are within 10 p' eps of orthonormal and of W, and at condition 10 within ten times that of each other.
    assert away(found.value, fire_ref.polar_factor(W)) <= 10 * residual_bound(min(shape), EPS64)
    assert (found.amplification, found.slack) == (1.0, 0.0)


@pytest.mark.parametrize("name", ["paper", "official", "official-gpt"])
@pytest.mark.parametrize("shape", [(9, 4), (4, 9), (5, 3, 2, 3)])
def test_the_weight_is_what_fire_gives(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    dialect = DIALECTS[name]
    W = rng.standard_normal(shape)
    asked = {"method": "svd"} if dialect.exact else {"method": "newton-schulz", "steps": dialect.steps}
    found = truth(W, dialect, "weight")
    matrices = found.factors.matrices.shape[0]
    condition = float((found.factors.s[:, 0] / found.factors.s[:, -1]).max()) if dialect.exact else 1.0
    room = matrices * condition * iterate_bound(min(shape[:2]), EPS64, found.amplification)
    assert away(found.value, fire_ref.fire(W, **asked)) <= room * float(found.gains.max())


@pytest.mark.parametrize(("shape", "layout"), [((4, 9), "IO"), ((9, 4), "IO"), ((3, 4, 6), "bIO")])
def test_the_weight_of_sac_is_read_as_flax_keeps_it(shape: tuple[int, ...], layout: str) -> None:
    W = np.random.default_rng(4).standard_normal(shape)
    found = truth(W, DIALECTS["official-sac"], "weight")
    right = fire_ref.fire(W, method="newton-schulz", layout=layout, eps=1e-8)
    assert away(found.value, right) <= 3 * iterate_bound(4, EPS64, found.amplification) * float(found.gains.max())
    assert found.gains[0, 0] == pytest.approx((shape[-1] / shape[-2]) ** 0.5)


def test_norm_preserving_keeps_the_norm(rng: np.random.Generator) -> None:
    W = 3 * rng.standard_normal((8, 5))
    found = truth(W, DIALECTS["norm-preserving"], "weight")
    right = fire_ref.fire(W, method="newton-schulz", steps=20, eps=1e-7, gain="norm")
    room = iterate_bound(5, EPS64, found.amplification) * np.linalg.norm(W)
    assert away(found.value, right) <= room
    assert abs(np.linalg.norm(found.value) - np.linalg.norm(W)) <= room


@pytest.mark.parametrize("shape", [(9, 4), (4, 9), (5, 3, 2, 3), (9, 1, 2, 2)])
@pytest.mark.parametrize("name", ["muon", "muon-moonshot"])
def test_muon_takes_a_kernel_as_one_matrix(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    W = rng.standard_normal(shape)
    matrix = W.reshape(shape[0], -1)
    rows, columns = matrix.shape
    gain = max(1, rows / columns) ** 0.5 if name == "muon" else 0.2 * max(rows, columns) ** 0.5
    found = truth(W, DIALECTS[name], "weight")
    right = gain * fire_ref.newton_schulz(matrix, 5, coefficients="muon", eps=1e-7)
    room = iterate_bound(min(rows, columns), EPS64, found.amplification)
    assert away(found.value.reshape(rows, columns), right) <= gain * room


def exactly(x: Fraction, dialect: Dialect) -> Fraction:
    for step in range(dialect.steps or 0):
        a, b, c = map(Fraction, dialect.triples[min(step, len(dialect.triples) - 1)])
        x = a * x + b * x**3 + c * x**5
    return x


@pytest.mark.parametrize("name", STEPPED)
def test_a_diagonal_matrix_is_answered_as_exact_arithmetic_does(name: str) -> None:
    """Singular values 3 and 4 have the norm 5: everything is rational."""
    dialect = DIALECTS[name]
    short = replace(dialect, steps=min(dialect.steps or 0, 4))  # denominators grow like 5^steps
    norm = 5 * Fraction(dialect.safety) + Fraction(dialect.eps)
    right = [exactly(Fraction(s) / norm, short) for s in (3, 4)]
    found = truth(np.array([[0.0, 4.0], [3.0, 0.0], [0.0, 0.0]]), short, "matrix")
    expected = np.array([[0.0, float(right[1])], [float(right[0]), 0.0], [0.0, 0.0]])
    assert away(found.value, expected) <= iterate_bound(2, EPS64, found.amplification)


def highly(x: float, dialect: Dialect, first: int) -> tuple[mpmath.mpf, mpmath.mpf, list[mpmath.mpf]]:
    """x_k from x_0 and d x_k / d x_first by a difference of 40 digits, with all x_j."""

    def run(value: mpmath.mpf, start: int) -> list[mpmath.mpf]:
        values = [value]
        for step in range(start, dialect.steps or 0):
            a, b, c = map(mpmath.mpf, dialect.triples[min(step, len(dialect.triples) - 1)])
            value = a * value + b * value**3 + c * value**5
            values.append(value)
        return values

    path, tiny = run(mpmath.mpf(x), 0), mpmath.mpf(10) ** -40
    there, back = run(path[first] + tiny, first)[-1], run(path[first] - tiny, first)[-1]
    return path[-1], (there - back) / (2 * tiny), path


@pytest.mark.parametrize("name", STEPPED)
def test_the_amplification_is_the_largest_slope_and_ratio_from_any_step_to_the_last(name: str) -> None:
    dialect = DIALECTS[name]
    values = [0.02, 0.1, 0.35, 0.7, 0.93]
    worst = 1.0
    with mpmath.workdps(100):
        for x in values:
            for first in range(dialect.steps or 0):
                last, derivative, path = highly(x, dialect, first)
                worst = max(worst, abs(float(derivative)), abs(float(last / path[first])))
    response, found = respond(np.array([values]), dialect)
    # Coefficients of up to 24 cancel in each slope; half of the digits are enough to tell one definition from another.
    assert found == pytest.approx(worst, rel=EPS64**0.5)
    assert response.shape == (1, len(values))


def test_a_cubic_stretches_the_smallest_by_three_halves_a_step_and_no_more() -> None:
    assert respond(np.array([1e-9]), DIALECTS["official"])[1] == pytest.approx(1.5**10)
    assert respond(np.array([0.0]), DIALECTS["official"])[1] == pytest.approx(1.5**10)
    assert respond(np.array([1.0]), DIALECTS["official"])[1] == 1.0


def test_the_slope_is_the_derivative_of_a_step() -> None:
    x = np.array([-0.5, 0.0, 0.25, 1.0])
    np.testing.assert_array_equal(one_step(x, (2.0, -1.5, 0.5)), 2 * x - 1.5 * x**3 + 0.5 * x**5)
    np.testing.assert_array_equal(slope(x, (2.0, -1.5, 0.5)), 2 - 4.5 * x**2 + 2.5 * x**4)


def test_room_for_an_eps_is_what_it_moves_the_start_times_the_stretch() -> None:
    W = np.diag([3e-4, 4e-4])
    for name in ("official", "muon", "official-sac"):
        found = truth(W, DIALECTS[name], "matrix")
        assert found.slack == pytest.approx(DIALECTS[name].eps / 5e-4 * found.amplification)


def test_the_eps_counts_where_the_matrix_is_small() -> None:
    W = np.diag([3e-8, 4e-10])
    right = fire_ref.newton_schulz(W, 10, eps=1e-8)
    found = truth(W, DIALECTS["official-sac"], "matrix")
    assert away(found.value, right) <= iterate_bound(2, EPS64, found.amplification)
    assert away(found.value, truth(W, DIALECTS["official"], "matrix").value) > 0.01


@pytest.mark.parametrize("power", [-1000, -300, 300, 1000])
def test_scale_does_not_matter_without_an_eps(power: int, rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    for name in ("official", "paper", "cubic5"):
        far = truth(np.ldexp(W, power), DIALECTS[name], "matrix").value
        np.testing.assert_array_equal(far, truth(W, DIALECTS[name], "matrix").value)


@pytest.mark.parametrize("name", ["official", "muon", "paper", "norm-preserving"])
def test_a_matrix_whose_norm_overflows_has_its_truth(name: str, rng: np.random.Generator) -> None:
    """At float64's largest numbers the Frobenius norm exists only as a multiple of something."""
    W = graded(rng, 12, 8, 1.5)
    largest = W * (np.finfo(np.float64).max / 2)
    assert not np.isfinite(frobenius(np.linalg.svd(largest / 2, compute_uv=False) * 2)).any()
    found = truth(largest, DIALECTS[name], "matrix")
    plain = truth(W, replace(DIALECTS[name], eps=0.0), "matrix")
    assert away(found.value, plain.value) <= iterate_bound(8, EPS64, plain.amplification)


def test_a_zero_matrix_stays_zero() -> None:
    for name in ("paper", "official", "muon", "norm-preserving"):
        found = truth(np.zeros((4, 3)), DIALECTS[name], "weight")
        assert not found.value.any()
        assert np.isfinite(found.amplification)
        assert found.slack == 0.0


def test_a_zero_tap_leaves_the_other_taps_alone(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 1))
    right = truth(W, DIALECTS["official"], "weight").value
    W[:, :, 1] = 0.0
    found = truth(W, DIALECTS["official"], "weight").value
    np.testing.assert_array_equal(found[:, :, 0], right[:, :, 0])
    assert not found[:, :, 1].any()


def test_the_norm_survives_extreme_numbers() -> None:
    assert frobenius(np.array([3e200, 4e200]))[0] == pytest.approx(5e200)
    assert frobenius(np.array([3e-320, 4e-320]))[0] == pytest.approx(5e-320, rel=1e-3)  # subnormal: three digits
    np.testing.assert_array_equal(frobenius(np.zeros((2, 3))), np.zeros((2, 1)))


def test_the_spectral_norm_and_none_are_norms_too() -> None:
    found = factors(np.diag([4.0, 3.0]), Layout("OI"))
    for norm, expected in (("spectral", [1, 0.75]), ("none", [4, 3]), ("frobenius", [0.8, 0.6])):
        x = normalised(found, replace(DIALECTS["official"], normalization=norm))
        np.testing.assert_allclose(x, [expected], rtol=4 * EPS64)


def test_factors_multiply_to_the_matrices(rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 3, 2, 2))
    found = factors(W, Layout("OIHW"))
    assert found.matrices.shape == (4, 5, 3)
    np.testing.assert_array_equal(found.matrices[3], W[:, :, 1, 1])
    product = (found.U * found.s[:, None]) @ found.Vh
    assert away(product, found.matrices) <= residual_bound(3, EPS64) * np.linalg.norm(W)
    np.testing.assert_allclose(found.norms[:, 0], np.linalg.norm(found.matrices, axis=(1, 2)), rtol=8 * EPS64)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(
    ("letters", "shape"),
    [("OI", (3, 2)), ("IO", (3, 2)), ("OIHW", (3, 2, 4, 5)), ("HWIO", (4, 5, 2, 3)), ("bIO", (4, 2, 3))],
)
def test_a_weight_survives_being_taken_apart(letters: str, shape: tuple[int, ...], flat: bool) -> None:
    W = np.arange(float(np.prod(shape))).reshape(shape)
    layout = Layout(letters)
    matrices = to_matrices(W, layout, flat)
    assert matrices.ndim == 3
    assert matrices.shape[1] == shape[letters.index("O")]
    np.testing.assert_array_equal(from_matrices(matrices, layout, shape, flat), W)
    if flat and layout.spatial:
        expected = np.moveaxis(W, letters.index("O"), 0).reshape(1, shape[letters.index("O")], -1)
        np.testing.assert_array_equal(matrices, expected)


def test_at_level_matrix_all_axes_but_two_are_a_stack() -> None:
    assert layout_of(DIALECTS["official-sac"], "matrix", 4).letters == "abOI"
    assert layout_of(DIALECTS["official-sac"], "weight", 3).letters == "bIO"
    W = np.random.default_rng(3).standard_normal((2, 5, 3))
    found = truth(W, DIALECTS["official"], "matrix").value
    for one, right in zip(W, found, strict=True):
        np.testing.assert_array_equal(truth(one, DIALECTS["official"], "matrix").value, right)
