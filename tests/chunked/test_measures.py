"""SFE and DfI of Dask arrays, against NumPy on the whole matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS

from ..test_measures import dfi_slack
from .counting import blocks_counted

EPS64 = EPS["float64"]
CHUNKS = [(7, -1), (20, -1), (60, -1), ((1, 40, 19), -1)]


@pytest.mark.parametrize("chunks", [(7, 5), (60, 12), (1, -1), ((1, 40, 19), 7)])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_sfe_is_that_of_the_whole_matrices(
    da: Any, rng: np.random.Generator, chunks: tuple[Any, Any], dtype: str
) -> None:
    W, V = (rng.uniform(-99, 99, (60, 12)).astype(dtype) for _ in range(2))
    value = fire_ref.sfe(da.from_array(W, chunks=chunks), da.from_array(V, chunks=(13, 4)))
    truth = fire_ref.sfe(W, V)
    assert isinstance(value, da.Array)
    assert (value.shape, value.dtype) == ((), np.float64)
    # Two sums of 720 nonnegative terms with three roundings each.
    assert abs(value.compute() - truth) <= 2 * (60 * 12 + 4) * EPS64 * truth


@pytest.mark.parametrize("side", ["small", "columns", "rows"])
@pytest.mark.parametrize("chunks", CHUNKS)
def test_dfi_is_that_of_the_whole_matrix_tall_and_wide(
    da: Any, rng: np.random.Generator, chunks: tuple[Any, Any], side: str
) -> None:
    W = rng.standard_normal((60, 12))
    for whole, cut in ((W, chunks), (W.T, chunks[::-1])):
        for dtype in ("float64", "float32"):
            X = whole.astype(dtype)
            value = fire_ref.dfi(da.from_array(X, chunks=cut), gain=5.0, side=side)
            truth = float(fire_ref.dfi(X, gain=5.0, side=side))
            assert (value.shape, value.dtype) == ((), np.float64)
            assert abs(value.compute() - truth) <= 2 * dfi_slack(X.astype(np.float64), truth, 5.0)


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e300])
def test_measures_overflow_only_where_their_value_does(da: Any, scale: float) -> None:
    W = np.eye(8, 2)
    V = da.from_array(scale * W, chunks=(3, -1))
    assert fire_ref.sfe(V, -V).compute() == (np.inf if scale > 1 else 0.0)
    assert fire_ref.sfe(V, V).compute() == 0.0
    assert fire_ref.dfi(V).compute() == (np.inf if scale > 1 else 2.0)
    assert fire_ref.dfi(V, gain=scale).compute() <= (8 * EPS64) ** 2


def test_a_small_block_counts_beside_a_large_one(da: Any) -> None:
    W = np.concatenate([np.full((3, 2), 2.0**-20), np.full((3, 2), 2.0**5), np.zeros((3, 2))])
    V = da.from_array(W, chunks=(3, -1))
    assert fire_ref.sfe(V, da.zeros_like(V)).compute() == 6 * (2.0**-40 + 2.0**10)
    assert fire_ref.dfi(V).compute() == fire_ref.dfi(W)


def test_the_measures_read_each_block_once(da: Any, rng: np.random.Generator) -> None:
    V, reads = blocks_counted(da, rng.standard_normal((60, 4)), 6)
    fire_ref.dfi(V).compute()
    assert reads() == 10
    U, more = blocks_counted(da, rng.standard_normal((60, 4)), 6)
    fire_ref.sfe(V, U).compute()
    assert (reads(), more()) == (20, 10)


def test_a_layout_or_an_operator_is_refused(da: Any) -> None:
    for arguments in ({"layout": "OI"}, {"operator": (4, 4)}):
        with pytest.raises(NotImplementedError, match=r"dfi: .* Try without layout and operator"):
            fire_ref.dfi(da.ones((4, 3)), **arguments)


def test_dask_and_numpy_are_not_mixed(da: Any) -> None:
    for W, V in ((da.ones((4, 3)), np.ones((4, 3))), (np.ones((4, 3)), da.ones((4, 3)))):
        with pytest.raises(TypeError, match="sfe: W and V must be arrays of one library"):
            fire_ref.sfe(W, V)
