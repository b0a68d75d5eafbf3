"""Every step is the scalar map on the singular values, and what is foretold of it holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg

from fire_ref.fastpolar import steps
from fire_ref.fastpolar.weighting import halley_weights
from fire_ref.tolerances import EPS

from ..strategies import Matrix, orthonormal

N = 12


def made(rng: np.random.Generator, s: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    U, V = orthonormal(rng, N, N), orthonormal(rng, N, N)
    return U, V, np.asfortranarray((U * s) @ V.T)


def test_newton(rng: np.random.Generator) -> None:
    s = np.linspace(0.5, 2, N)
    U, V, X = made(rng, s)
    lu, pivots = scipy.linalg.lu_factor(X)
    assert steps.newton(X, np.asfortranarray(lu), pivots, 0.75)
    assert np.abs(X - (U * (0.75 * s + 1 / (0.75 * s)) / 2) @ V.T).max() <= 100 * EPS["float64"]


def test_newton_without_an_inverse() -> None:
    X = np.asfortranarray(np.diag([1.0, 0.0]))
    assert not steps.newton(X, X.copy(order="F"), np.array([0, 1], dtype=np.int32), 1.0)


@pytest.mark.parametrize("inverted", [0, N])
def test_halley(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, inverted: int) -> None:
    monkeypatch.setattr(steps, "INVERTED", inverted)
    s = np.linspace(0.2, 1.5, N)
    U, V, X = made(rng, s)
    weights = halley_weights(0.2 / 1.5)
    E = np.asfortranarray(np.triu(np.eye(N) - X.T @ X / 0.7))
    assert steps.halley(X, E, np.empty_like(X), 0.7, 1.5, weights)
    x = s / 1.5
    mapped = x * (weights.a + weights.b * x**2) / (1 + weights.c * x**2)
    assert np.abs(X - (U * mapped) @ V.T).max() <= 100 * EPS["float64"]


def test_halley_without_a_cholesky_factor() -> None:
    E = np.asfortranarray(np.diag([9.0, 9.0]))
    assert not steps.halley(np.eye(2, order="F"), E, np.empty((2, 2), order="F"), 1.0, 1.0, halley_weights(0.5))


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("size", [0.2, 1e-2])
def test_the_series_leaves_what_was_foretold(rng: np.random.Generator, order: int, size: float) -> None:
    e = np.linspace(-size, size, N)
    centre = 1.7
    U, V, X = made(rng, np.sqrt(centre * (1 - e)))
    E = np.asfortranarray(np.triu(np.eye(N) - X.T @ X / centre))
    Q = steps.last(X, E, np.empty_like(X), centre, order, 4)
    left = np.linalg.norm(Q.T @ Q - np.eye(N))
    foretold = steps.leftover(order, size, float(np.linalg.norm(e)))
    rounding = 100 * EPS["float64"]
    assert left <= foretold + rounding
    assert left >= 0.1 * foretold - rounding
    assert np.linalg.norm(Q - U @ V.T) <= foretold + rounding


@pytest.mark.parametrize(("order", "size", "narrow"), [(2, 1e-9, 1), (3, 1e-5, 2), (5, 1e-3, 3)])
def test_small_powers_may_be_narrow(rng: np.random.Generator, order: int, size: float, narrow: int) -> None:
    U, V, X = made(rng, np.sqrt(1 - np.linspace(-size, size, N)))
    E = np.asfortranarray(np.triu(np.eye(N) - X.T @ X))
    Q = steps.last(X, E, np.empty_like(X), 1.0, order, narrow)
    assert np.linalg.norm(Q - U @ V.T) <= 100 * EPS["float64"]


def test_no_series_converges_far_out() -> None:
    assert steps.leftover(5, 0.5, 1e-9) == math.inf
    assert steps.leftover(5, math.nan, 1.0) == math.inf
