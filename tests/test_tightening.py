"""Long isometries: orthonormal to the bound where LAPACK's are not, by every route."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.arrays import home
from fire_ref.tightening import LONG, tightened
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend, available


def defect(Q: Any) -> float:
    """||Q^T Q - I||_F, summed in extended precision."""
    L = np.asarray(Q, dtype=np.longdouble)
    L = L if L.shape[0] >= L.shape[1] else L.T
    return float(np.linalg.norm((np.einsum("ki,kj->ij", L, L) - np.eye(L.shape[1])).astype(float)))


@pytest.mark.parametrize(("shape", "dtype"), [((2000, 4), "float64"), ((4, 2000), "float64"), ((20000, 8), "float32")])
@pytest.mark.parametrize("method", ["svd", "fast"])
def test_ones(shape: tuple[int, int], dtype: str, method: str) -> None:
    W = np.ones(shape, dtype)
    bound = residual_bound(min(shape), EPS[dtype])
    assert defect(fire_ref.polar_factor(W, method=method)) <= bound / 2
    assert defect(fire_ref.polar_factor(W[None], method=method)[0]) <= bound / 2
    assert defect(fire_ref.polar_decomposition(W).Q) <= bound / 2


def test_ones_of_dask() -> None:
    da = available("dask.array")
    found = fire_ref.polar_factor(da.ones((2000, 4), chunks=(2000, 4)), method="fast").compute()
    assert defect(found) <= residual_bound(4, EPS["float64"]) / 2


@pytest.mark.parametrize("shape", [(64, 2), (2, 64), (1000, 3), (33, 1), (2, 3, 129, 4)])
def test_the_defect_is_squared_on_every_library(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    Q = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    near = arrays.make((1 + 1e-3) * (Q.U @ Q.Vh), arrays.widest)
    found = arrays.host(tightened(home(near)[0], near)).reshape(-1, *shape[-2:])
    for one in found:
        assert defect(one) <= 4e-6 * min(shape[-2:])


@pytest.mark.parametrize("shape", [(LONG * 5 - 1, 5), (60, 40), (40, 60), (3, 30, 30)])
def test_what_is_good_and_not_long_is_left_alone(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    Q = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    near = Q.U @ Q.Vh
    np.testing.assert_array_equal(tightened(home(near)[0], near), near)


@pytest.mark.parametrize("shape", [(2041, 64), (100, 2957), (1200, 100)])
@pytest.mark.parametrize("method", ["svd", "fast"])
def test_equal_entries_of_many_columns(shape: tuple[int, int], method: str) -> None:
    Q = fire_ref.polar_factor(np.full(shape, 0.7), method=method)
    assert defect(Q) <= residual_bound(min(shape), EPS["float64"]) / 2


@pytest.mark.parametrize("shape", [(60, 40), (40, 60), (4, 30, 30)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_an_svd_has_lost_is_seen_on_the_host(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> None:
    Q = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    good = (Q.U @ Q.Vh).astype(dtype)
    p = min(shape[-2:])
    off = good.copy()
    off.reshape(-1, *shape[-2:])[0, :3, :3] += 5 * residual_bound(p, EPS[dtype])
    found = tightened(home(off)[0], off).reshape(-1, *shape[-2:])
    assert defect(off.reshape(-1, *shape[-2:])[0]) > residual_bound(p, EPS[dtype])
    assert defect(found[0]) <= residual_bound(p, EPS[dtype]) / 2
    np.testing.assert_array_equal(found[1:], good.reshape(-1, *shape[-2:])[1:])


def test_an_svd_that_has_lost_its_orthogonality_is_mended(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    W = rng.standard_normal((40, 40))
    namespace = home(W)[0]
    svd = namespace.linalg.svd

    def worse(X: Any, **how: Any) -> Any:
        U, s, Vh = svd(X, **how)
        return U + 3e-11 * np.outer(U[:, 0], np.ones(len(U))), s, Vh

    monkeypatch.setattr(namespace.linalg, "svd", worse)
    assert defect(fire_ref.polar_factor(W)) <= residual_bound(40, EPS["float64"]) / 2
