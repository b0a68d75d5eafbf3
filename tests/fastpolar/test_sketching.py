"""A sketch of the rows: a triangle that makes W well conditioned, whatever W's condition is."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import sketching

from ..strategies import with_spectrum


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("condition", [1.0, 1e4, 1e9])
def test_dividing_by_the_triangle_takes_the_condition_away(
    rng: np.random.Generator, order: str, condition: float
) -> None:
    W = np.asarray(with_spectrum(rng, 300, 40, np.geomspace(1, 1 / condition, 40)), order=order)  # type: ignore[call-overload]
    R = sketching.triangle(W)
    assert R is not None
    np.testing.assert_array_equal(R, np.triu(R))
    assert np.linalg.cond(np.linalg.solve(R.T, W.T)) < 12


def test_a_singular_matrix_has_none(rng: np.random.Generator) -> None:
    assert sketching.triangle(with_spectrum(rng, 90, 20, np.r_[np.ones(10), np.zeros(10)])) is None
    assert sketching.triangle(np.zeros((90, 20))) is None


def test_every_row_is_in_one_sum_with_a_sign() -> None:
    W = np.diag(2.0 ** np.arange(10.0))
    sums = sketching.combined(W, 4)
    np.testing.assert_array_equal(np.abs(sums).sum(axis=0), np.diag(W))
    np.testing.assert_array_equal((sums != 0).sum(axis=0), np.ones(10))
    assert {-1.0, 1.0} == set(np.sign(sums[sums != 0]))
