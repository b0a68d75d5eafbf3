"""bounds: each inequality holds, is attained or nearly so, and its wrong variants are found out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fire_ref.certificates import balls, bounds
from fire_ref.certificates.balls import ball, matrix

from ..backends import available
from .killed import kills


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    available("flint")
    with balls.working("certify"):
        yield


def rotation(angle: float) -> Any:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def test_the_defect_is_that_of_the_small_gram_matrix() -> None:
    Q = matrix(np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))

    def check() -> None:
        low, high = bounds.defect(Q)
        assert float(low) <= math.sqrt(10) <= float(high) <= math.sqrt(10) * (1 + 1e-15)

    kills(
        check,
        bounds,
        "defect",
        rows=lambda Q: balls.frobenius(Q * Q.transpose() - balls.identity(3)),
        squared=lambda Q: (balls.frobenius(Q.transpose() * Q - balls.identity(2))[1] ** 2,) * 2,
        no_identity=lambda Q: balls.frobenius(Q.transpose() * Q),
    )


@pytest.mark.parametrize("s", [0.0, 0.5, 0.875, 1 - 2.0**-12, 1.0, 1.25, 2.0])
def test_the_distance_to_an_isometry_is_attained_from_below(s: float) -> None:
    true = abs(1 - s)

    def check() -> None:
        bound = bounds.to_isometry(ball(abs(1 - s * s)))
        assert bound >= true
        assert s > 1 or bound <= true * (1 + 1e-50)

    if s in (0.5, 0.875):
        kills(
            check,
            bounds,
            "to_isometry",
            half=lambda e: (e / 2).upper(),
            plus=lambda e: (e / (1 + (1 + e).sqrt())).upper(),
            three=lambda e: (e / 3).upper(),
        )
    check()


def test_the_residual_of_the_isometry_carries_its_distance() -> None:
    Q, V, G = np.diag([1.125, 1.0]), np.eye(2), np.diag([8.0, 1.0])
    W, delta = Q @ G, ball(0.125)
    true = np.linalg.norm(W - V @ G)

    def check() -> None:
        assert bounds.residual(matrix(W), matrix(Q), matrix(G), delta) >= true

    kills(
        check,
        bounds,
        "residual",
        without_distance=lambda W, Q, G, delta: balls.frobenius(W - Q * G)[1],
        without_norm=lambda W, Q, G, delta: balls.frobenius(W - Q * G)[1] + delta,
        without_residual=lambda W, Q, G, delta: delta,
    )


@pytest.mark.parametrize(
    ("G", "T", "true"),
    [
        ([1.0, 0.25], [1.0, 1.0], 0.25),
        ([4.0, 1.0], [0.5, 0.5], 1.0),
        ([1.0, -0.5], [1.0, 1.0], -0.5),
        ([1.0, 0.0], [1.0, 1e9], 0.0),
        ([2.0**-20, 1.0], [2.0**10, 1.0], 2.0**-20),
    ],
)
def test_the_least_eigenvalue_is_bounded_or_nothing_is_said(G: list[float], T: list[float], true: float) -> None:
    found = bounds.least_eigenvalue(matrix(np.diag(G)), matrix(np.diag(T)))
    assert (found is None) == (true <= 0)
    if found is not None:
        assert 0 < found <= true
        assert found >= true / 4


def test_wrong_eigenvalue_bounds_are_found_out() -> None:
    def check() -> None:
        for G, T, true in [
            ([1.0, 0.25], [1.0, 1.0], 0.25),
            ([4.0, 1.0], [0.5, 0.5], 1.0),
            ([1.0, -0.5], [1.0, 1.0], 0),
        ]:
            found = bounds.least_eigenvalue(matrix(np.diag(G)), matrix(np.diag(T)))
            assert (found is None) if true == 0 else (found is not None and found <= true)

    def parts(G: Any, T: Any) -> tuple[Any, Any, Any]:
        off = balls.frobenius(balls.identity(2) - T * G * T.transpose())[1]
        return off, balls.frobenius(T * T.transpose())[1], balls.frobenius(T)[1]

    def unless(G: Any, T: Any, bound: Any) -> Any:
        return bound.lower() if parts(G, T)[0] < 1 else None

    kills(
        check,
        bounds,
        "least_eigenvalue",
        no_defect=lambda G, T: unless(G, T, 1 / parts(G, T)[1]),
        plus_defect=lambda G, T: unless(G, T, (1 + parts(G, T)[0]) / parts(G, T)[1]),
        norm_squared=lambda G, T: unless(G, T, (1 - parts(G, T)[0]) / parts(G, T)[1] ** 2),
        unproved=lambda G, T: ((1 - parts(G, T)[0]) / parts(G, T)[1]).lower(),
    )


@pytest.mark.parametrize("angle", [0.1, 1e-3, 1e-9])
def test_the_distance_to_the_factor_is_nearly_attained_by_a_rotation(angle: float) -> None:
    # W = R, V = I, G = cos I: ||W - V G|| = sqrt2 sin, and the factor of W is R.
    rho, g = ball(math.sqrt(2) * math.sin(angle)), ball(math.cos(angle))
    true = 2 * math.sqrt(2) * math.sin(angle / 2)

    def check() -> None:
        bound = float(bounds.to_factor(rho, g))
        assert true * (1 - 1e-14) <= bound <= true * (1 + angle)

    wrong_sign = {"plus": lambda rho, g: (2 * rho / (g + (g + rho))).upper()} if angle > 1e-8 else {}
    kills(
        check,
        bounds,
        "to_factor",
        constant_one=lambda rho, g: (rho / (g + (g - rho))).upper(),
        sum_of_norms=lambda rho, g: (2 * rho / (4 * g)).upper(),
        **wrong_sign,
    )


def test_an_interval_is_widened_on_both_sides_and_stays_positive() -> None:
    def check() -> None:
        low, high = bounds.shifted((ball(1), ball(2)), ball(0.5))
        assert (float(low), float(high)) == (0.5, 2.5)
        low, high = bounds.shifted((ball(1), ball(2)), ball(3))
        assert (float(low), float(high)) == (0.0, 5.0)

    kills(
        check,
        bounds,
        "shifted",
        only_up=lambda i, e: (i[0], i[1] + e),
        only_down=lambda i, e: (balls.clamped(i[0] - e), i[1]),
        below_zero=lambda i, e: (i[0] - e, i[1] + e),
        not_at_all=lambda i, e: i,
    )


def _gap(D: Any, G: Any, size: Any, error: Any, factor_error: Any, *, slack: float = 1, shift: float = 1) -> Any:
    """The formula, with two terms that a mutant can weaken."""
    loose = balls.inner(D, D).upper() * factor_error * size * slack
    form = balls.inner(D, D * G)
    ends = balls.root(form - loose)[0], balls.root(form + loose)[1]
    near, far = bounds.shifted(ends, (error * balls.root(size)[1] * shift).upper())
    return (near * near).lower(), (far * far).upper()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_gap_contains_the_truth_however_the_errors_conspire(sign: int) -> None:
    h, t, angle = 2.0, 0.125, 0.5
    true = 2 * (1 - math.cos(angle)) * 2 * h
    difference = rotation(angle) - np.eye(2)

    def check() -> None:
        # D too short or too long by all of `error`; then G too small or too large by all that Q1's error allows.
        error = ball(t * float(np.linalg.norm(difference)))
        low, high = bounds.gap(matrix((1 + sign * t) * difference), matrix(h * np.eye(2)), ball(h), error, ball(0))
        assert float(low) <= true * (1 + 1e-14)
        assert float(high) >= true * (1 - 1e-14)
        low, high = bounds.gap(matrix(difference), matrix(h * (1 + sign * t) * np.eye(2)), ball(h), ball(0), ball(t))
        assert float(low) <= true * (1 + 1e-14)
        assert float(high) >= true * (1 - 1e-14)

    kills(
        check,
        bounds,
        "gap",
        without_error=lambda *given: _gap(*given, shift=0),
        half_the_error=lambda *given: _gap(*given, shift=0.5),
        without_slack=lambda *given: _gap(*given, slack=0),
        half_the_slack=lambda *given: _gap(*given, slack=0.5),
        without_the_form=lambda D, G, *rest: _gap(D, balls.identity(2), *rest),
    )


def test_the_gap_without_errors_is_the_exact_identity() -> None:
    H = np.diag([3.0, 0.5])
    D = rotation(0.3) - np.eye(2)
    low, high = bounds.gap(matrix(D), matrix(H), ball(3), ball(0), ball(0))
    assert float(low) <= float(high)
    assert abs(float(low) - np.trace(D.T @ D @ H)) < 1e-15
