"""The scalar lemmas once more, by an SMT solver: each holds, and its false variant is refuted with a witness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import z3

s, t, v, w, lam, u = z3.Reals("s t v w lam u")


def f(x: Any) -> Any:
    return (3 * x - x * x * x) / 2


class Lemma(NamedTuple):
    """A claim with one number in it: true with the right one, false with the wrong one."""

    given: Any
    claim: Callable[[Any], Any]
    right: Any
    wrong: Any


def q(a: int, b: int) -> Any:
    return z3.Q(a, b)


UNIT = z3.And(s >= 0, s <= 1)
CUBIC = z3.And(s > 0, lam > 0)


def root(x: Any) -> Any:
    return 2 * lam * x * x * x + (1 - 2 * lam) * x == s


LEMMAS = {
    "1 - f = (1-s)^2 (2+s)/2": Lemma(True, lambda c: 1 - f(s) == (1 - s) * (1 - s) * (c + s) / 2, 2, 3),
    "s <= f": Lemma(UNIT, lambda c: c * s <= f(s), 1, q(11, 10)),
    "f <= 1": Lemma(s >= 0, lambda c: f(s) <= c, 1, q(99, 100)),
    "1 - f <= 3/2 (1-s)^2": Lemma(UNIT, lambda c: 1 - f(s) <= c * (1 - s) * (1 - s), q(3, 2), q(14, 10)),
    "f >= 11/8 s": Lemma(z3.And(s >= 0, 2 * s <= 1), lambda c: f(s) >= c * s, q(11, 8), q(12, 8)),
    "monotone": Lemma(z3.And(s >= 0, s <= t), lambda c: z3.Implies(t <= c, f(s) <= f(t)), 1, q(11, 10)),
    "basin": Lemma(s > 0, lambda c: z3.Implies(s * s < c, z3.And(f(s) > 0, f(s) <= 1)), 3, q(31, 10)),
    "sign flips": Lemma(s > 0, lambda c: z3.Implies(s * s > c, f(s) < 0), 3, q(29, 10)),
    "diverges": Lemma(s > 0, lambda c: z3.Implies(s * s > c, f(s) < -s), 5, q(49, 10)),
    "f <= 3/2 s": Lemma(s >= 0, lambda c: f(s) <= c * s, q(3, 2), q(14, 10)),
    "a double step halves what is missing": Lemma(
        z3.And(UNIT, u == 1 - s, t == q(3, 2) * u * u),
        lambda c: z3.Implies(u <= c, 1 - f(s) <= u * q(3, 4)),
        q(1, 2),
        1,
    ),
    "the front's root is at most max(s, 1)": Lemma(
        z3.And(CUBIC, v > 0, root(v)), lambda c: z3.Or(v <= c * s, v <= c), 1, q(9, 10)
    ),
    "the front's root is at least min(s, 1)": Lemma(
        z3.And(CUBIC, v > 0, root(v)), lambda c: z3.Or(v >= c * s, v >= c), 1, q(11, 10)
    ),
    "the front's M is positive at the root": Lemma(
        z3.And(CUBIC, v > 0, root(v)), lambda c: 1 + 2 * lam * (v * v - 1) > c, 0, 1
    ),
    "(s^2 - 1)^2 >= c (s - 1)^2": Lemma(s >= 0, lambda c: (s * s - 1) * (s * s - 1) >= c * (s - 1) * (s - 1), 1, 2),
    "kappa squared from eps": Lemma(
        z3.And(u >= 0, u < 1, s >= 1 - u, s > 0, t <= 1 + u, t > 0),
        lambda c: t * (1 - u) <= c * s * (1 + u),
        1,
        q(9, 10),
    ),
    "sharp theorem 1 in two numbers": Lemma(
        True,
        lambda c: 2 * (s * s * t * t + v * v * w * w) <= (s * s + v * v) * (t * t + w * w) + c * (s * t + v * w) ** 2,
        1,
        q(1, 2),
    ),
    "variance of two classes": Lemma(
        z3.And(u >= 0, u <= 1), lambda c: u * s * s - u * u * s * s <= c * s * s, q(1, 4), q(1, 5)
    ),
}


@pytest.mark.parametrize("name", LEMMAS)
def test_the_lemma_holds_and_its_variant_does_not(name: str) -> None:
    lemma = LEMMAS[name]
    for number, wanted in ((lemma.right, z3.unsat), (lemma.wrong, z3.sat)):
        solver = z3.Solver()
        solver.set("timeout", 60_000)
        solver.add(lemma.given, z3.Not(lemma.claim(number)))
        assert solver.check() == wanted


@pytest.mark.parametrize(("floor", "wanted"), [(True, "unsat"), (False, "sat")])
def test_the_front_has_one_positive_root(floor: bool, wanted: str) -> None:
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(CUBIC, root(v), root(w), v != w, v > 0)
    if floor:
        solver.add(w > 0)
    assert str(solver.check()) == wanted
