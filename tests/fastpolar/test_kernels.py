"""The routines in both precisions, in both orders, against plain products."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import kernels
from fire_ref.tolerances import EPS

DTYPES = ("float64", "float32")


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_gram_matrix_of_either_order(rng: np.random.Generator, dtype: str, order: str) -> None:
    X = np.asarray(rng.standard_normal((7, 5)), dtype=dtype, order=order)  # type: ignore[call-overload]
    out = np.zeros((5, 5), dtype=dtype, order="F")
    kernels.gram(X, out, -0.5)
    assert np.abs(out - np.triu(-0.5 * X.T @ X)).max() <= 20 * EPS[dtype]


@pytest.mark.parametrize("n", [1, 5, 16, 40, 512])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_blocks_cover_the_matrix(rng: np.random.Generator, n: int, dtype: str) -> None:
    X, Y = (np.asfortranarray(rng.standard_normal((n, n)).astype(dtype)) for _ in range(2))
    wanted = X + Y.T
    kernels.add_transposed(X, Y)
    np.testing.assert_array_equal(X, wanted)
    symmetric = np.asfortranarray(Y + Y.T)
    half = np.asfortranarray(np.triu(symmetric))
    kernels.mirror(half)
    np.testing.assert_array_equal(half, symmetric)
    np.testing.assert_array_equal(kernels.by_columns(np.ascontiguousarray(X)), X)
    assert kernels.by_columns(X[:, :1]).flags.f_contiguous
    np.testing.assert_array_equal(kernels.upper(X), np.triu(X))


@pytest.mark.parametrize(("narrow", "eps"), [(False, EPS["float64"]), (True, EPS["float32"])])
def test_narrow_products_are_in_single_precision(rng: np.random.Generator, narrow: bool, eps: float) -> None:
    S = rng.standard_normal((9, 9))
    S = np.asfortranarray(S + S.T)
    B = np.asfortranarray(rng.standard_normal((9, 9)))
    error = np.abs(kernels.product(S, B, narrow=narrow) - S @ B).max()
    square = np.triu(kernels.squared(S, np.empty_like(S), narrow=narrow))
    assert error <= 200 * eps
    assert np.abs(square - np.triu(S @ S)).max() <= 400 * eps
    assert bool(error > EPS["float64"] * 1e4) is narrow


@pytest.mark.parametrize("order", ["F", "C"])
def test_a_few_columns_in_either_order(rng: np.random.Generator, order: str) -> None:
    A = np.asarray(rng.standard_normal((7, 5)), order=order)  # type: ignore[call-overload]
    V = rng.standard_normal((5, 2))
    np.testing.assert_allclose(kernels.times(A, V), A @ V, atol=20 * EPS["float64"])
    np.testing.assert_allclose(kernels.times(A.T, A @ V), A.T @ A @ V, atol=200 * EPS["float64"])


@pytest.mark.parametrize("n", [1, kernels.WHOLE, 2 * kernels.WHOLE + 1, 4 * kernels.WHOLE + 3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_triangle_is_inverted_by_halves(rng: np.random.Generator, n: int, dtype: str) -> None:
    R = np.asfortranarray(np.triu(rng.standard_normal((n, n)) / n + 2 * np.eye(n)).astype(dtype))
    kept = R.copy()
    T = kernels.inverted(R)
    assert T is not None
    assert T.flags.f_contiguous
    assert (np.tril(T, -1) == 0).all()
    assert np.abs(T @ R - np.eye(n)).max() <= 50 * EPS[dtype]
    np.testing.assert_array_equal(R, kept)
    for place in {0, n - 1}:
        singular = R.copy(order="F")
        singular[place, place] = 0
        assert kernels.inverted(singular) is None


def test_the_diagonal_can_be_written_to() -> None:
    S = np.zeros((3, 3), order="F")
    kernels.diagonal(S)[...] += 2
    np.testing.assert_array_equal(S, 2 * np.eye(3))
