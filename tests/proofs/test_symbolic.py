"""The identities once more, by computer algebra: exact for all values at small sizes, and false when mutated."""

from __future__ import annotations

from typing import Any

import pytest
import sympy


def free(name: str, m: int, n: int) -> Any:
    return sympy.Matrix(m, n, sympy.symbols(f"{name}:{m * n}"))


def symmetric(name: str, n: int) -> Any:
    A = free(name, n, n)
    return sympy.Matrix(n, n, lambda i, j: A[min(i, j), max(i, j)])


def isometry(name: str, m: int) -> Any:
    """Return the first two columns of a product of plane rotations, each rational in one parameter."""
    Q = sympy.eye(m)
    for i, t in enumerate(sympy.symbols(f"{name}:{m - 1}")):
        R = sympy.eye(m)
        c, s = (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)
        R[i, i], R[i, i + 1], R[i + 1, i], R[i + 1, i + 1] = c, -s, s, c
        Q = R * Q
    return Q[:, :2]


def frob2(A: Any) -> Any:
    return (A.T * A).trace()


def zero(expression: Any) -> bool:
    """Whether it is zero: false if it is not at one rational point, true only by algebra."""
    symbols = sorted(expression.free_symbols, key=str)
    point = {symbol: sympy.Rational(2 * i + 3, 3 * i + 7) for i, symbol in enumerate(symbols)}
    if expression.subs(point) != 0:
        return False
    return bool(sympy.cancel(sympy.together(sympy.expand(expression))) == 0)


@pytest.mark.parametrize("m", [2, 3])
@pytest.mark.parametrize(("sign", "right"), [(-1, True), (1, False)])
def test_the_gap_identity(m: int, sign: int, right: bool) -> None:
    """sfe W V - sfe W Q = ||(Q - V) B^T||^2; with Q + V it is false."""
    Q, V, B = isometry("q", m), isometry("v", m), free("b", 2, 2)
    W = Q * B.T * B
    assert zero(frob2(W - V) - frob2(W - Q) - frob2((Q + sign * V) * B.T)) is right


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 2), (1, 2)])
@pytest.mark.parametrize(("factor", "right"), [(2, True), (1, False)])
def test_the_front_identity(m: int, n: int, factor: int, right: bool) -> None:
    """L V - L V* = tr((V - V*)'(V - V*) M) + lam ||V'V - V*'V*||^2 for W = V* M, M = I + 2 lam (V*'V* - I)."""
    S, V, lam = free("s", m, n), free("v", m, n), sympy.symbols("lam")
    eye = sympy.eye(n)
    M = eye + factor * lam * (S.T * S - eye)
    W = S * M

    def cost(X: Any) -> Any:
        return frob2(W - X) + lam * frob2(X.T * X - eye)

    gap = ((V - S).T * (V - S) * M).trace() + lam * frob2(V.T * V - S.T * S)
    assert zero(cost(V) - cost(S) - gap) is right


@pytest.mark.parametrize("m", [2, 3])
@pytest.mark.parametrize(("half", "right"), [(2, True), (1, False)])
def test_the_perturbation_identity(m: int, half: int, right: bool) -> None:
    """<Q - Q', W - W'> = 1/2 tr((Q - Q')'(Q - Q')(H + H'))."""
    Q, R, H, K = isometry("q", m), isometry("r", m), symmetric("h", 2), symmetric("k", 2)
    left = ((Q - R).T * (Q * H - R * K)).trace()
    assert zero(left - ((Q - R).T * (Q - R) * (H + K)).trace() / half) is right


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 2)])
@pytest.mark.parametrize(("rate", "right"), [(8, True), (4, False)])
def test_a_cubic_step_is_a_gradient_step_of_an_eighth(m: int, n: int, rate: int, right: bool) -> None:
    """1.5 X - 0.5 X X'X = X - grad DfI(X) / 8."""
    X = free("x", m, n)
    dfi = frob2(X.T * X - sympy.eye(n))
    step = (3 * X - X * X.T * X) / 2 - X
    assert all(zero(step[i, j] + sympy.diff(dfi, X[i, j]) / rate) for i in range(m) for j in range(n)) is right


@pytest.mark.parametrize(("n", "gain", "right"), [(3, 1, True), (4, 1, True), (3, 2, False)])
def test_the_sfe_splits_into_isotropy_and_gain(n: int, gain: int, right: bool) -> None:
    """sum (s - c)^2 = sum (s - mean)^2 + p (mean - c)^2."""
    s, c = sympy.symbols(f"s:{n}"), sympy.symbols("c")
    mean = sum(s) / n
    assert zero(sum((x - c) ** 2 for x in s) - sum((x - mean) ** 2 for x in s) - gain * n * (mean - c) ** 2) is right


@pytest.mark.parametrize(("m", "n"), [(1, 3), (2, 3)])
@pytest.mark.parametrize(("floor", "right"), [(1, True), (0, False)])
def test_the_long_side_costs_a_dimension_each(m: int, n: int, floor: int, right: bool) -> None:
    """||V'V - I||^2 = ||V V' - I||^2 + (n - m)."""
    V = free("v", m, n)
    assert zero(frob2(V.T * V - sympy.eye(n)) - frob2(V * V.T - sympy.eye(m)) - floor * (n - m)) is right


@pytest.mark.parametrize(("half", "right"), [(2, True), (1, False)])
def test_the_difference_of_grams_is_half_of_two_products(half: int, right: bool) -> None:
    """A A' - B B' = (M N' + N M') / 2 with M = A - B, N = A + B: the start of theorem 1's sharp form."""
    A, B = free("a", 3, 2), free("b", 3, 2)
    M, N = A - B, A + B
    difference = A * A.T - B * B.T - (M * N.T + N * M.T) / half
    assert all(zero(entry) for entry in difference) is right
