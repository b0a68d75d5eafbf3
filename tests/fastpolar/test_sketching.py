"""A sketch of the rows: a triangle that makes W well conditioned, whatever W's condition is."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import sketching
from fire_ref.tolerances import EPS, residual_bound

from ..strategies import with_spectrum


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("condition", [1.0, 1e4, 1e9])
def test_dividing_by_the_triangle_takes_the_condition_away(
    rng: np.random.Generator, order: str, condition: float
) -> None:
    W = np.asarray(with_spectrum(rng, 300, 40, np.geomspace(1, 1 / condition, 40)), order=order)  # type: ignore[call-overload]
    sketch = sketching.triangle(W)
    assert sketch is not None
    R, lift = sketch
    np.testing.assert_array_equal(R, np.triu(R))
    assert lift == 0.0
    assert np.linalg.cond(np.linalg.solve(R.T, W.T)) < 12


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("smallest", [0.0, 1e-17])
def test_a_singular_matrix_is_lifted_by_less_than_the_bound(
    rng: np.random.Generator, dtype: str, smallest: float
) -> None:
    W = with_spectrum(rng, 900, 200, np.r_[np.ones(100), np.full(100, smallest)]).astype(dtype)
    sketch = sketching.triangle(W)
    assert sketch is not None
    R, lift = sketch
    size = np.linalg.norm(lift * np.eye(200))
    bound = residual_bound(200, EPS[dtype]) * np.linalg.norm(W)
    assert bound / 100 < size < bound / 20
    assert np.linalg.cond(np.linalg.solve(R.T.astype(np.float64), (W + lift * np.eye(900, 200)).T)) < 30


def test_a_zero_matrix_has_none() -> None:
    assert sketching.triangle(np.zeros((90, 20))) is None


def test_every_row_is_in_one_sum_with_a_sign() -> None:
    W = np.diag(2.0 ** np.arange(10.0))
    sums = sketching.combined(W, 4, np.where(np.arange(10) % 3, 1.0, -1.0)[:, None])
    np.testing.assert_array_equal(np.abs(sums).sum(axis=0), np.diag(W))
    np.testing.assert_array_equal((sums != 0).sum(axis=0), np.ones(10))
    assert {-1.0, 1.0} == set(np.sign(sums[sums != 0]))
