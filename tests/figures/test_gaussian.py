"""Gaussian singular values: right for the bidiagonal matrix, and distributed as those of dense draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi, ks_2samp, kstest

from figures.gaussian import bidiagonal_values, singular_values
from fire_ref.tolerances import residual_bound

EPS = float(np.finfo(float).eps)
#: A right sampler fails one test in a thousand, and the seeds are fixed.
LEVEL = 1e-3
DRAWS = 1500


@pytest.mark.parametrize("n", [1, 2, 3, 10, 60])
def test_the_values_are_those_of_the_explicit_matrix(n: int, rng: np.random.Generator) -> None:
    diagonal, above = rng.chisquare(3, n), rng.chisquare(3, n - 1)
    truth = np.linalg.svd(np.diag(diagonal) + np.diag(above, 1), compute_uv=False)
    found = bidiagonal_values(diagonal, above)
    # Both are backward stable: each value is right to a small multiple of eps times the largest.
    assert np.abs(found - truth).max() <= residual_bound(n, EPS) * truth[0]


def test_a_shear_has_the_golden_ratio() -> None:
    golden = (1 + 5**0.5) / 2
    np.testing.assert_allclose(bidiagonal_values(np.ones(2), np.ones(1)), [golden, 1 / golden], rtol=8 * EPS)


def test_singular_matrices_have_a_zero_and_nothing_negative(rng: np.random.Generator) -> None:
    for _ in range(200):
        diagonal, above = rng.chisquare(3, 6), rng.chisquare(3, 5)
        diagonal[[1, 4]] = 0.0
        above[2] = 0.0  # two blocks, each with a zero
        found = bidiagonal_values(diagonal, above)
        assert np.all(found >= 0)
        assert found[4] <= residual_bound(6, EPS) * found[0]
        assert found[3] > 1e3 * found[4]


def test_a_column_has_its_length(rng: np.random.Generator) -> None:
    drawn = [singular_values(1, rng, 5)[0] for _ in range(DRAWS)]
    assert kstest(drawn, chi(5).cdf).pvalue > LEVEL


@pytest.mark.parametrize(("m", "n"), [(4, 4), (7, 4), (12, 12)])
def test_they_are_distributed_as_those_of_dense_draws(m: int, n: int, rng: np.random.Generator) -> None:
    dense = np.linalg.svd(rng.standard_normal((DRAWS, m, n)), compute_uv=False)
    drawn = np.array([singular_values(n, rng, m) for _ in range(DRAWS)])
    for place in range(n):
        assert ks_2samp(dense[:, place], drawn[:, place]).pvalue > LEVEL / n
    # The values of one matrix repel each other: together they scatter less than the test allows for.
    assert ks_2samp(dense.ravel(), drawn.ravel()).pvalue > LEVEL


def test_the_smallest_value_follows_edelmans_law(rng: np.random.Generator) -> None:
    # n s^2 -> density (1 + sqrt x) / (2 sqrt x) exp(-x / 2 - sqrt x), so sqrt(n) s -> 1 - exp(-t^2 / 2 - t).
    n = 100
    drawn = np.sqrt(n) * np.array([singular_values(n, rng)[-1] for _ in range(DRAWS)])
    assert kstest(drawn, lambda t: 1 - np.exp(-t * t / 2 - t)).pvalue > LEVEL


def test_a_wide_matrix_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="m=3, n=4"):
        singular_values(4, rng, 3)


def test_a_large_one_takes_seconds_and_keeps_its_norm(rng: np.random.Generator) -> None:
    n = 1024
    s = singular_values(n, rng)
    # ||W||_F^2 is chi^2 of n^2 degrees: six standard deviations.
    assert abs(np.sum(s * s) - n * n) < 6 * (2 * n * n) ** 0.5
    assert np.all(np.diff(s) <= 0)
