"""Products by one triangle against plain ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.iterating import products
from fire_ref.tolerances import EPS, residual_bound

Host = np.ndarray[Any, np.dtype[Any]]
SIZES = [(1, 1), (7, 3), (130, 64), (200, 129)]


def symmetric(rng: np.random.Generator, n: int, dtype: str) -> Host:
    """Return a symmetric matrix of norm 1, column-major, as the buffers are."""
    A = rng.standard_normal((n, n))
    A = A + A.T
    return np.asfortranarray((A / np.linalg.norm(A, 2)).astype(dtype))


def close(found: Host, wanted: Host) -> None:
    eps = EPS[str(found.dtype)]
    assert np.linalg.norm(found - wanted) <= residual_bound(len(wanted), eps) * max(1.0, float(np.linalg.norm(wanted)))


def upper(A: Host) -> Host:
    """Return the symmetric matrix that the upper triangle stands for."""
    return np.asarray(np.triu(A) + np.triu(A, 1).T)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("m", "n"), SIZES)
def test_products(rng: np.random.Generator, m: int, n: int, dtype: str) -> None:
    X = (rng.standard_normal((m, n)) / np.sqrt(m)).astype(dtype)
    wide, A = X.astype(np.float64), symmetric(rng, n, dtype)
    G = products.square(n, X.dtype)
    products.gram(X, G)
    close(upper(G), wide.T @ wide)

    C, B = symmetric(rng, n, dtype), A.astype(np.float64)
    expected = 3 * B @ B - 0.5 * C
    products.squared(A, C, alpha=3.0, beta=-0.5)
    close(upper(C), expected)
    products.mirror(C)
    close(C, expected)

    products.add_to_diagonal(C, 2.5)
    close(C, expected + 2.5 * np.eye(n))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("m", "n"), SIZES)
@pytest.mark.parametrize("rows", [2, 5, 300])
def test_products_in_place_read_one_triangle(rng: np.random.Generator, m: int, n: int, rows: int, dtype: str) -> None:
    A = symmetric(rng, n, dtype)
    B, half = A.astype(np.float64), A.copy(order="F")
    half[np.tril_indices(n, -1)] = np.nan
    scratch = np.full((rows, n), np.nan, dtype)
    W = (rng.standard_normal((m, n)) / np.sqrt(m)).astype(dtype)
    X = W.copy()
    products.multiply(X, half, -0.5, 1.5, scratch)
    close(X, 1.5 * W.astype(np.float64) - 0.5 * W.astype(np.float64) @ B)
    X = W.copy()
    products.multiply_twice(X, half, (2.0, -1.5, 0.5), scratch)
    close(X, W.astype(np.float64) @ (2 * np.eye(n) - 1.5 * B + 0.5 * B @ B))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 5, 64, 65, 130])
@pytest.mark.parametrize("rows", [2, 50, 300])
def test_the_product_of_commuting_matrices_is_symmetric(
    rng: np.random.Generator, n: int, rows: int, dtype: str
) -> None:
    A = symmetric(rng, n, dtype)
    B = np.asfortranarray((A.astype(np.float64) @ A - 0.25 * A + np.eye(n)).astype(dtype))
    expected = A.astype(np.float64) @ B.astype(np.float64)
    products.multiply_commuting(A, B, np.full((rows, n), np.nan, dtype))
    close(A, expected)
    np.testing.assert_array_equal(A, A.T)
