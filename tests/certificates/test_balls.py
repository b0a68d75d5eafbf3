"""balls: exact on the way in, outwards on the way out, and never nan as a bound."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fire_ref.certificates import balls
from fire_ref.errors import MissingExtraError

from ..backends import available
from .killed import kills


@pytest.fixture(autouse=True)
def flint() -> Any:
    found = available("flint")
    with found.ctx.workprec(balls.WIDE):
        yield found


EXTREME = [0.0, 0.1, -3.0, 5e-324, 2.0**-1022, 1.7976931348623157e308, -1e-310, 1 / 3]


def test_float64_goes_in_and_out_exactly_at_any_precision(flint: Any) -> None:
    with flint.ctx.workprec(2):
        M = balls.matrix(np.array([EXTREME]))
    assert balls.nearest(M).tolist() == [EXTREME]
    assert all(x.is_exact() for x in M.entries())
    for value, x in zip(EXTREME, M.entries(), strict=True):
        assert balls.outward(x, x) == (value, value)


@pytest.mark.parametrize("power", [0, 40, -1060, -1074, -1080, -5000, 1020])
@pytest.mark.parametrize("sign", [1, -1])
def test_ends_are_rounded_outwards_by_one_float_at_most(flint: Any, power: int, sign: int) -> None:
    numerator, bits = sign * ((1 << 200) + 1), 200
    x = flint.arb(numerator) * flint.arb(2) ** (power - bits)
    value = Fraction(numerator) * Fraction(2) ** (power - bits)

    def check() -> None:
        low, high = balls.outward(x, x)
        assert Fraction(low) < value < Fraction(high)
        assert math.nextafter(low, math.inf) == high

    kills(check, balls, "_rounded", nearest=lambda x, towards: float(x))


def test_beyond_the_range_is_inf_on_the_far_side_only(flint: Any) -> None:
    huge = flint.arb(2) ** 2000
    assert balls.outward(huge, huge) == (1.7976931348623157e308, math.inf)
    assert balls.outward(-huge, -huge) == (-math.inf, -1.7976931348623157e308)


def test_what_is_not_finite_is_no_bound(flint: Any) -> None:
    one = flint.arb(1)
    for low, high in [(flint.arb("nan"), one), (one, flint.arb("nan")), (one, flint.arb("inf"))]:
        assert all(map(math.isnan, balls.outward(low, high)))


def test_of_a_ball_the_outer_end_counts(flint: Any) -> None:
    low, high = balls.outward(flint.arb(1, 0.5), flint.arb(2, 0.25))
    assert 0.4999 < low <= 0.5
    assert 2.25 <= high < 2.2501


def test_the_root_of_a_ball_that_reaches_below_zero_is_no_nan(flint: Any) -> None:
    ball = flint.arb(1, 2)  # from -1 to 3
    assert ball.sqrt().is_nan()
    low, high = balls.root(ball)
    assert low == 0
    assert high >= flint.arb(3).sqrt().mid()


def test_a_nan_stays_one(flint: Any) -> None:
    low, high = balls.root(flint.arb("nan"))
    assert all(map(math.isnan, balls.outward(low, high)))


def test_norms_and_inner_products_by_hand() -> None:
    M = balls.matrix(np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))
    assert balls.outward(*balls.frobenius(M)) == (5.0, 5.0)
    assert balls.inner(M, M) == 25
    zero = balls.frobenius(M - M)
    assert (zero[0] == 0, zero[1] == 0) == (True, True)
    assert balls.nearest(balls.symmetric(balls.matrix(np.array([[0.0, 2.0], [0.0, 0.0]])))).tolist() == [[0, 1], [1, 0]]


def test_a_norm_encloses_the_exact_one(rng: np.random.Generator) -> None:
    values = rng.standard_normal((5, 3))
    square = sum(Fraction(x) ** 2 for x in values.ravel())

    def check() -> None:
        low, high = balls.outward(*balls.frobenius(balls.matrix(values)))
        assert Fraction(low) ** 2 <= square <= Fraction(high) ** 2
        assert high <= math.nextafter(math.nextafter(low, 9.0), 9.0)

    kills(
        check,
        balls,
        "inner",
        trace=lambda A, B: A[0, 0] * B[0, 0] + A[1, 1] * B[1, 1],
        short=lambda A, B: balls.ball(0.99) * (A.transpose() * B).trace(),
    )


def test_without_python_flint_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flint", None)
    said = r'^certify: needs python-flint, .* Try pip install "fire_ref\[certify\]"'
    with pytest.raises(MissingExtraError, match=said), balls.working("certify"):
        pass


def test_the_callers_precision_comes_back(flint: Any) -> None:
    before = flint.ctx.prec
    with balls.working("certify", balls.NARROW):
        assert flint.ctx.prec == balls.NARROW
    assert flint.ctx.prec == before
