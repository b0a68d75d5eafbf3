"""D = U^T Y V: what the diagonal says, and what leaks beside it."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.precision import DTYPES, Host, rounded, widened
from fire_ref.conformance.response import Measured, measured, precision, probes
from fire_ref.conformance.spectra import isometry
from fire_ref.tolerances import EPS, residual_bound

from .observed import OFFICIAL, VERIFIABLE, answered, case, emulated, evidence, graded, observation, valid

EPS64 = EPS["float64"]


def of(W: Host, Y: Host, dialect: str = "official", level: str = "matrix") -> Measured:
    chosen = DIALECTS[dialect]
    return measured(observation(W, Y, dialect=chosen, level=level), chosen.convolution == "flat")


@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6)])
def test_a_function_of_the_singular_values_has_its_response_and_no_leakage(
    shape: tuple[int, int], rng: np.random.Generator
) -> None:
    W = graded(rng, *shape, condition=50.0)
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    found = of(W, (U * np.sin(s)) @ Vh)
    assert np.abs(found.response - np.sin(s)).max() <= residual_bound(5, EPS64)
    assert found.leakage <= residual_bound(5, EPS64)
    assert found.shape == shape
    np.testing.assert_allclose([found.norm, *found.s], [np.linalg.norm(W), *s], rtol=80 * EPS64)


def test_a_sign_that_was_flipped_is_seen_on_the_diagonal(rng: np.random.Generator) -> None:
    W = graded(rng, 6, 6, 10.0)
    U, _, Vh = np.linalg.svd(W)
    found = of(W, (U * np.array([1, 1, 1, 1, 1, -1.0])) @ Vh)
    np.testing.assert_allclose(found.response, [1, 1, 1, 1, 1, -1], atol=residual_bound(6, EPS64))
    assert found.leakage <= residual_bound(6, EPS64)


def test_another_isometry_leaks(rng: np.random.Generator) -> None:
    """QR's factor, a permuted answer, the answer to another matrix: WILD.md measured 0.64 for the first."""
    W = graded(rng, 32, 16, 100.0)
    Q = fire_ref.polar_factor(W)
    for wrong in (np.linalg.qr(W)[0], Q[::-1], Q[:, ::-1], isometry(rng, 32, 16)):
        assert of(W, wrong).leakage > 0.1


def test_leakage_is_all_that_is_not_the_diagonal(rng: np.random.Generator) -> None:
    W = graded(rng, 7, 4, 3.0)
    Y = rng.standard_normal((7, 4))
    found = of(W, Y)
    total = found.leakage**2 + np.linalg.norm(found.response) ** 2 / np.linalg.norm(Y) ** 2
    assert total == pytest.approx(1, rel=residual_bound(4, EPS64))


def test_noise_is_the_root_mean_square_of_a_row_and_a_column() -> None:
    W = np.diag([3.0, 2.0, 1.0])
    found = of(W, np.array([[5.0, 0.2, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 3.0]]))
    np.testing.assert_allclose(found.noise, [0.1, 0.1, 0.0], atol=EPS64)
    assert of(np.ones((1, 1)), np.ones((1, 1))).noise[0] == 0


def test_a_kernel_of_one_tap_is_read_in_the_layout_of_its_dialect(rng: np.random.Generator) -> None:
    W = graded(rng, 6, 4, 5.0)
    for dialect in ("official", "muon"):
        found = of(W[:, :, None, None], 2 * W[:, :, None, None], dialect, "weight")
        np.testing.assert_allclose(found.response, 2 * found.s, rtol=residual_bound(4, EPS64))
    found = of(W, 2 * W, "official-sac", "weight")
    assert found.shape == (4, 6)  # rows are outputs, and (in, out) is how flax keeps them


def test_a_zero_answer_has_nothing_to_leak() -> None:
    assert of(np.eye(3), np.zeros((3, 3))).leakage == 0


def test_probes_are_those_with_a_finite_answer_that_is_not_zero() -> None:
    W = np.diag([2.0, 1.0])
    good = observation(W, W, "probe")
    others = [observation(W, answer, "probe") for answer in (0 * W, W + np.inf, W[0], None)]
    assert [one.seen for one in probes(evidence(good, *others, observation(W, W)))] == [good]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", VERIFIABLE)
def test_rounding_names_its_dtype(name: str, dtype: str) -> None:
    """A right emulation in a dtype, on inputs of that dtype or of a more precise one."""
    dialect = DIALECTS[name]
    given = "float32" if DTYPES.index(dtype) > 1 and dialect.computes else dtype
    cases = [one for one in valid(dialect, "matrix", given, quick=True) if len(one.shape) == 2]
    for way in (0, 1):
        function = emulated(dialect, dtype, way)
        seen = answered(lambda W, run=function: rounded(widened(run(W)), given), cases, dialect, "matrix", given)
        assert precision(seen) == dtype


def test_what_is_no_rounding_names_no_dtype() -> None:
    cases = [one for one in valid(OFFICIAL, "matrix", "float32") if len(one.shape) == 2 and one.dtype == "float32"]
    assert precision(answered(lambda W: np.roll(W, 1, 0), cases, OFFICIAL, "matrix", "float32")) == ""
    assert precision(evidence()) == ""
    W = np.eye(2)
    assert precision(evidence(observation(W, None, "probe"), observation(W, 0 * W, about=case(W, "half")))) == ""
