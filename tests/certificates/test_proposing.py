"""proposing: good proposals, and None instead of an exception where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fire_ref.certificates import balls, bounds, proposing
from fire_ref.certificates.balls import WIDE, matrix

from ..backends import available
from ..strategies import with_spectrum


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    available("flint")
    with balls.working("certify"):
        yield


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e14])
@pytest.mark.parametrize("n", [1, 2, 9])
def test_an_inverse_root_makes_the_gram_matrix_the_identity(rng: np.random.Generator, n: int, condition: float) -> None:
    W = matrix(with_spectrum(rng, n + 2, n, np.geomspace(1, 1 / condition, n)))
    C = W.transpose() * W
    S = proposing.inverse_root(C, WIDE)
    assert S is not None
    assert all(x.is_exact() for x in S.entries())
    assert float(balls.frobenius(S.transpose() * C * S - balls.identity(n))[1]) < 1e-30
    assert np.linalg.norm(balls.nearest(S - S.transpose())) < 1e-30 * condition


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.ones((3, 3)), np.diag([1.0, 0.0]), np.diag([1.0, -1.0])])
def test_what_has_no_inverse_root_gives_none(values: np.ndarray) -> None:
    assert proposing.inverse_root(matrix(values), WIDE) is None


@pytest.mark.parametrize("condition", [1.0, 1e6, 1e12, 1e15, 1e25])
@pytest.mark.parametrize("n", [1, 2, 12])
def test_an_inverse_cholesky_factor_is_good_beyond_the_reach_of_float64(
    rng: np.random.Generator, n: int, condition: float
) -> None:
    V = matrix(np.linalg.qr(rng.standard_normal((n, n)))[0])
    G = V * matrix(np.diag(np.geomspace(1, 1 / condition, n))) * V.transpose()
    T = proposing.inverse_cholesky(balls.symmetric(G))
    assert T is not None
    g = bounds.least_eigenvalue(balls.symmetric(G), T)
    least = 1.0 if n == 1 else 1 / condition
    assert g is not None
    assert least / (4 * n) < float(g) < least * 1.01


@pytest.mark.parametrize(
    "values",
    [np.zeros((2, 2)), -np.eye(2), np.diag([1.0, -1e-30]), np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones((3, 3))],
)
def test_what_is_not_positive_definite_is_not_proved_to_be(values: np.ndarray) -> None:
    G = matrix(values)
    T = proposing.inverse_cholesky(G)
    assert T is None or bounds.least_eigenvalue(G, T) is None


def test_what_float64_cannot_hold_gives_none() -> None:
    assert proposing.inverse_cholesky(balls.identity(2) * balls.ball(2) ** 2000) is None
