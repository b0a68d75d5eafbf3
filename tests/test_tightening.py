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


def test_what_is_not_long_is_left_alone(rng: np.random.Generator) -> None:
    Q = rng.standard_normal((LONG * 5 - 1, 5))
    assert tightened(home(Q)[0], Q) is Q
