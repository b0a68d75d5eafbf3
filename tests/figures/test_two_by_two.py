"""Complex coordinates of 2 x 2 matrices, against the matrices."""

from __future__ import annotations

import numpy as np
import pytest

from figures.two_by_two import matrix, parts
from fire_ref import polar_factor
from fire_ref.tolerances import EPS, distance_bound, residual_bound


def test_rotations_and_reflections_by_hand() -> None:
    np.testing.assert_array_equal(matrix(1j, 0), [[0, -1], [1, 0]])
    np.testing.assert_array_equal(matrix(0, 1), [[1, 0], [0, -1]])
    np.testing.assert_array_equal(matrix(0, 1j), [[0, 1], [1, 0]])


def test_it_is_the_map(rng: np.random.Generator) -> None:
    alpha, beta, z = rng.standard_normal((3, 2)) @ [1, 1j]
    w = matrix(alpha, beta) @ [z.real, z.imag]
    assert complex(*w) == pytest.approx(alpha * z + beta * z.conjugate())


def test_there_and_back(rng: np.random.Generator) -> None:
    M = rng.standard_normal((5, 3, 2, 2))
    np.testing.assert_allclose(matrix(*parts(M)), M, atol=8 * EPS["float64"])


def test_singular_values_norm_and_polar_factor(rng: np.random.Generator) -> None:
    alpha, beta = rng.standard_normal((2, 50, 2)) @ [1, 1j]
    M = matrix(alpha, beta)
    r, t = abs(alpha), abs(beta)
    s = np.linalg.svd(M, compute_uv=False)
    np.testing.assert_allclose(s, np.stack([r + t, abs(r - t)], -1), atol=residual_bound(2, EPS["float64"]) * s.max())
    np.testing.assert_allclose((M * M).sum((-2, -1)), 2 * (r * r + t * t))
    rotating = (r > t)[:, None, None]
    Q = np.where(rotating, matrix(alpha / r, 0), matrix(0, beta / t))
    room = max(distance_bound(2, EPS["float64"], one[0] / one[1]) for one in s)
    np.testing.assert_allclose(polar_factor(M), Q, atol=room)
