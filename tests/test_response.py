"""spectral_response: where k steps take one singular value."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.coefficients import schedule
from fire_ref.response import respond
from fire_ref.tolerances import EPS

from .backends import Backend, available

EPS64 = EPS["float64"]


def exact(s: Fraction, steps: int, rows: list[tuple[Fraction, Fraction, Fraction]]) -> Fraction:
    for step in range(steps):
        a, b, c = rows[min(step, len(rows) - 1)]
        s = a * s + b * s**3 + c * s**5
    return s


def rational(coefficients: str) -> list[tuple[Fraction, Fraction, Fraction]]:
    rows = [(*row, 0.0)[:3] for row in fire_ref.COEFFICIENTS[coefficients]]
    return [(Fraction(a), Fraction(b), Fraction(c)) for a, b, c in rows]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_short_binary_fractions_are_answered_exactly(steps: int) -> None:
    for numerator in range(9):
        s = Fraction(numerator, 8)
        assert fire_ref.spectral_response([float(s)], steps)[0] == float(exact(s, steps, rational("cubic")))


@pytest.mark.parametrize("coefficients", ["cubic", "muon", "quintic", "polar-express"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_response_is_the_composed_polynomial(coefficients: str, steps: int) -> None:
    rows = rational(coefficients)
    for s in (1e-9, 0.1, 0.3, 0.6, 0.9, 1.0):
        truth = exact(Fraction(s), steps, rows)
        # Per step five roundings of terms of at most |a| s + |b| s^3 + |c| s^5, stretched by the slopes that follow.
        x, error = Fraction(s), 0.0
        for step in range(steps):
            a, b, c = rows[min(step, len(rows) - 1)]
            error *= abs(float(a + 3 * b * x**2 + 5 * c * x**4))
            error += 5 * EPS64 * float(abs(a) * x + abs(b) * x**3 + abs(c) * x**5)
            x = a * x + b * x**3 + c * x**5
        assert abs(fire_ref.spectral_response([s], steps, coefficients=coefficients)[0] - float(truth)) <= error


def test_the_response_of_published_sets_at_one_is_known() -> None:
    one = [fire_ref.spectral_response([1.0], 1, coefficients=name)[0] for name in ("cubic", "quintic", "muon")]
    assert one[:2] == [1.0, 1.0]
    assert abs(one[2] - 0.7010) <= 8 * EPS64  # 3.4445 - 4.7750 + 2.0315, terms of order 4


def test_polar_express_brings_everything_above_a_thousandth_close_to_one() -> None:
    # arXiv 2505.16932: designed for [1e-3, 1]; its last two triples are the fifth-order Newton-Schulz to 1e-6.
    reached = fire_ref.spectral_response(np.geomspace(1e-3, 1, 200), 8, coefficients="polar-express")
    tripled = fire_ref.spectral_response(np.geomspace(1e-3, 1, 200), 8, coefficients="cubic")
    assert np.abs(1 - reached).max() < 1e-3 < np.abs(1 - tripled).max()


def test_coefficients_are_given_flat_or_per_step() -> None:
    s = np.linspace(0, 1, 11)
    flat = fire_ref.spectral_response(s, 3, coefficients=(1.5, -0.5))
    np.testing.assert_array_equal(flat, fire_ref.spectral_response(s, 3))
    mixed = fire_ref.spectral_response(s, 3, coefficients=[(2.0, -1.5, 0.5), (1.5, -0.5)])
    first = fire_ref.spectral_response(s, 1, coefficients=(2.0, -1.5, 0.5))
    np.testing.assert_array_equal(mixed, fire_ref.spectral_response(first, 2))


def test_the_response_is_odd_and_keeps_zero() -> None:
    s = np.array([0.0, 0.25, 0.7])
    for name in fire_ref.COEFFICIENTS:
        right = fire_ref.spectral_response(s, 7, coefficients=name)
        np.testing.assert_array_equal(fire_ref.spectral_response(-s, 7, coefficients=name), -right)
        assert right[0] == 0.0


@pytest.mark.parametrize("shape", [(), (3,), (1, 2, 3)])
def test_the_response_is_elementwise_in_the_wide_dtype_on_every_backend(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    for dtype in arrays.precisions:
        s = arrays.make(rng.uniform(0, 1, shape), dtype)
        reached = fire_ref.spectral_response(s, 2)
        assert reached.dtype == arrays.make([1.0], arrays.widest).dtype
        assert tuple(reached.shape) == shape
        x = arrays.host(s)
        for _ in range(2):
            x = 1.5 * x - 0.5 * x**3
        # At most 1.5 eps a rounding, five a step, two steps with slopes of at most 1.5.
        assert np.abs(arrays.host(reached) - x).max() <= 2 * 5 * 1.5**2 * EPS[arrays.widest]


@pytest.mark.parametrize("s", [2.3, 10.0, 1e300])
def test_a_diverging_value_leaves_the_range_without_a_warning_and_alone(s: float) -> None:
    assert not np.isfinite(fire_ref.spectral_response([s, 0.5], 60)[0])
    assert abs(fire_ref.spectral_response([s, 0.5], 60)[1] - 1.0) <= 4 * EPS64


def test_no_steps_return_the_values() -> None:
    np.testing.assert_array_equal(fire_ref.spectral_response([0.3, 5.0], 0), [0.3, 5.0])


def test_ten_steps_are_the_default() -> None:
    assert fire_ref.spectral_response([0.01]) == respond(np.array([0.01]), 10, schedule("f", "cubic"))


def test_the_response_can_be_compiled() -> None:
    jax = available("jax")
    s = jax.numpy.linspace(0.0, 1.0, 5)
    compiled = jax.jit(lambda x: fire_ref.spectral_response(x, 4, check=False))(s)
    # The compiler may contract a product and a sum: one rounding of a term of at most 1.5, four steps.
    np.testing.assert_allclose(compiled, fire_ref.spectral_response(s, 4), atol=4 * 5 * 1.5**4 * EPS["float32"])


@pytest.mark.parametrize(
    ("s", "arguments", "error", "message"),
    [
        ([np.nan], {}, ValueError, "s must be finite"),
        ([0.5, np.inf], {}, ValueError, "s must be finite"),
        (np.zeros((0,)), {}, ValueError, "s must have no empty axis"),
        ([0.5], {"steps": -1}, ValueError, "steps must be a whole number >= 0"),
        ([0.5], {"steps": True}, TypeError, "steps must be a whole number >= 0"),
        ([0.5], {"coefficients": "septic"}, ValueError, "coefficients must be one of"),
        ([0.5j], {}, TypeError, "s must be a dense array"),
        (np.array([0.5j]), {}, TypeError, "s must be real"),
    ],
)
def test_wrong_arguments_are_refused(s: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^spectral_response: {message}"):
        fire_ref.spectral_response(s, **arguments)
