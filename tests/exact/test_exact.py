"""The exact polar factor and k Newton-Schulz steps, in rational arithmetic, against fire_ref."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from ..killing import kills
from ..properties.mutants import (
    coefficient_typo,
    five_steps,
    one_step_more,
    qr_factor,
    rows_rescaled,
    sign_flipped,
)
from .rational import Rational, cayley, cubic_step, identity, integral, plus, times, to_float, transpose

small = st.integers(-3, 3)


@st.composite
def polar_cases(draw: st.DrawFn) -> tuple[Rational, Rational, Rational]:
    """Draw W = Q0 H0 (tall or square) with Q0 from a Cayley transform and H0 = B^T B + I: the answer is Q0."""
    m = draw(st.integers(1, 5))
    n = draw(st.integers(1, m))
    skew = [[Fraction(0)] * m for _ in range(m)]
    for i in range(m):
        for j in range(i):
            skew[i][j] = Fraction(draw(small), draw(st.integers(1, 3)))
            skew[j][i] = -skew[i][j]
    Q = [row[:n] for row in cayley(skew)]
    B = [[Fraction(draw(small)) for _ in range(n)] for _ in range(draw(st.integers(1, 3)))]
    H = plus(times(transpose(B), B), identity(n))
    return times(Q, H), Q, H


@kills(
    qr={"polar_factor": qr_factor},
    rows={"polar_factor": rows_rescaled},
    flipped={"polar_factor": sign_flipped},
    k_steps={"polar_factor": five_steps},
)
@given(case=polar_cases(), wide=st.booleans())
def test_the_polar_factor_is_the_rational_one(lib, case: tuple[Rational, Rational, Rational], wide: bool) -> None:
    W, Q, H = case
    assert times(transpose(Q), Q) == identity(len(Q[0]))  # exactly
    W, denominator = integral(W)
    assume(max(abs(x) for row in W for x in row) < 2**53)  # so that float64 holds W itself
    w, q, h = to_float(W), to_float(Q), denominator * to_float(H)
    s = np.linalg.eigvalsh(h)
    near = distance_bound(len(s), EPS["float64"], s[-1] / s[0])
    found = lib.polar_factor(w.T).T if wide else lib.polar_factor(w)
    assert np.linalg.norm(found - q) <= near
    decomposed = fire_ref.polar_decomposition(w.T if wide else w)
    if wide and len(q) == len(q.T):
        h = q @ h @ q.T  # a square matrix is Q H, and so is its transpose
    assert np.linalg.norm(decomposed.H - h) <= near * s[-1]
    assert decomposed.rank == len(s)


@st.composite
def integer_norms(draw: st.DrawFn) -> tuple[Rational, int]:
    """Draw an integer matrix whose Frobenius norm is an integer: (2 t, |t|^2 - 1) has norm |t|^2 + 1."""
    m, n = draw(st.sampled_from([(1, 1), (2, 2), (3, 2), (2, 3), (4, 1), (1, 3)]))
    t = draw(st.lists(st.integers(-4, 4), min_size=m * n - 1, max_size=m * n - 1))
    square = sum(x * x for x in t)
    entries = draw(st.permutations([*(2 * x for x in t), square - 1]))
    assume(any(entries))
    return [[Fraction(x) for x in entries[i * n : (i + 1) * n]] for i in range(m)], square + 1


@kills(one_step_more={"newton_schulz": one_step_more}, typo={"newton_schulz": coefficient_typo})
@given(case=integer_norms(), steps=st.integers(0, 6))
def test_newton_schulz_is_the_rational_iteration(lib, case: tuple[Rational, int], steps: int) -> None:
    W, norm = case
    X = [[x / norm for x in row] for row in W]
    for _ in range(steps):
        X = cubic_step(X)
    bound = iterate_bound(min(len(W), len(W[0])), EPS["float64"], 1.5**steps)
    assert np.linalg.norm(lib.newton_schulz(to_float(W), steps) - to_float(X)) <= bound
    *_, last = fire_ref.newton_schulz_iterates(to_float(W), steps)
    assert np.linalg.norm(last - to_float(X)) <= bound


@kills(one_step_more={"spectral_response": lambda s, steps: fire_ref.spectral_response(s, steps + 1)})
@given(numerator=st.integers(0, 50), steps=st.integers(0, 6))
def test_spectral_response_is_the_rational_map(lib, numerator: int, steps: int) -> None:
    s = Fraction(numerator, 50)
    expected = [[s]]
    for _ in range(steps):
        expected = cubic_step(expected)
    found = float(lib.spectral_response(float(s), steps))
    assert abs(found - float(expected[0][0])) <= 4 * (steps + 1) * EPS["float64"]


@kills(
    norm={"sfe": lambda W, V: fire_ref.sfe(W, V) ** 0.5},
    rows={"dfi": lambda W: fire_ref.dfi(W, side="rows") + 1e-9},
)
@given(case=polar_cases())
def test_measures_are_the_rational_ones(lib, case: tuple[Rational, Rational, Rational]) -> None:
    W, Q, H = case
    gap = plus(W, Q, Fraction(-1))
    exact_sfe = sum(x * x for row in gap for x in row)
    gram = plus(times(transpose(W), W), identity(len(H)), Fraction(-1))
    exact_dfi = sum(x * x for row in gram for x in row)
    assert abs(float(lib.sfe(to_float(W), to_float(Q))) - float(exact_sfe)) <= 100 * EPS["float64"] * float(
        1 + exact_sfe
    )
    assert abs(float(lib.dfi(to_float(W))) - float(exact_dfi)) <= 100 * EPS["float64"] * float(1 + exact_dfi)
