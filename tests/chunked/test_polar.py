"""The polar factor of Dask arrays by TSQR, against LAPACK's SVD of the whole matrix."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.chunked import polar
from fire_ref.chunked.polar import SLENDER
from fire_ref.tolerances import EPS, distance_bound, residual_bound

from ..backends import available
from ..strategies import with_spectrum
from .counting import blocks_counted

EPS64 = EPS["float64"]


def factor(W: Any, check: bool = True) -> Any:
    return polar.polar_factor(W, check)


def residuals(W: np.ndarray, Q: np.ndarray) -> tuple[float, float]:
    W, Q = (X.astype(float).T if X.shape[0] < X.shape[1] else X.astype(float) for X in (W, Q))
    W = W / (np.linalg.norm(W) or 1.0)
    H = (Q.T @ W + (Q.T @ W).T) / 2
    return float(np.linalg.norm(Q.T @ Q - np.eye(Q.shape[1]))), float(np.linalg.norm(Q @ H - W))


@pytest.mark.parametrize("chunks", [(7, -1), (300, -1), (1200, -1), ((1, 40, 19, 400, 740), -1)])
@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e14])
def test_it_is_the_polar_factor(da: Any, rng: np.random.Generator, condition: float, chunks: Any) -> None:
    W = 3 * with_spectrum(rng, 1200, 5, np.geomspace(1, 1 / condition, 5))
    for whole, cut in ((W, chunks), (W.T, chunks[::-1])):
        V = da.from_array(whole, chunks=cut)
        Q = fire_ref.polar_factor(V, method="fast")
        assert (Q.shape, Q.dtype) == (V.shape, V.dtype)
        found = Q.compute()
        assert max(residuals(whole, found)) <= residual_bound(5, EPS64)
        apart = np.linalg.norm(found - fire_ref.polar_factor(whole))
        assert apart <= distance_bound(5, EPS64, condition)


@pytest.mark.parametrize("rank", [0, 1, 3])
def test_any_rank_gives_orthonormal_columns(da: Any, rng: np.random.Generator, rank: int) -> None:
    W = rng.standard_normal((500, rank)) @ rng.standard_normal((rank, 4))
    Q = factor(da.from_array(W, chunks=(100, -1))).compute()
    assert max(residuals(W, Q)) <= residual_bound(4, EPS64)


@pytest.mark.parametrize("k", [-1060, -500, 900])
def test_the_scale_of_w_does_not_matter(da: Any, rng: np.random.Generator, k: int) -> None:
    W = rng.integers(-15, 16, (400, 3)).astype(np.float64)
    plain, scaled = (factor(da.from_array(X, chunks=(50, -1))).compute() for X in (W, np.ldexp(W, k)))
    np.testing.assert_array_equal(plain, scaled)


def test_blocks_of_very_different_scale_count_by_their_size(da: Any, rng: np.random.Generator) -> None:
    W = np.concatenate([rng.standard_normal((200, 3)), 1e-200 * rng.standard_normal((200, 3))])
    Q = factor(da.from_array(W, chunks=(200, -1))).compute()
    assert max(residuals(W, Q)) <= residual_bound(3, EPS64)
    assert np.linalg.norm(Q[200:]) < 1e-199


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_dtypes(da: Any, rng: np.random.Generator, dtype: str) -> None:
    W = (100 * rng.standard_normal((300, 4))).astype(dtype)
    Q = factor(da.from_array(W, chunks=(50, -1)))
    assert Q.dtype == Q.compute().dtype == (dtype if dtype == "float32" else "float64")
    assert max(residuals(W, Q.compute())) <= residual_bound(4, EPS.get(dtype, EPS64))


def test_a_square_or_small_matrix_is_one_block(da: Any, rng: np.random.Generator) -> None:
    for shape in ((5, 5), (9, 4), (1, 3), (1, 1)):
        W = rng.standard_normal(shape)
        cut = (1, -1) if shape[0] >= shape[1] else (-1, 1)
        Q = factor(da.from_array(W, chunks=cut)).compute()
        np.testing.assert_allclose(Q, fire_ref.polar_factor(W), atol=1e3 * EPS64)


def test_blocks_are_put_together_until_they_are_slender(da: Any) -> None:
    cut = polar.slender(da.zeros((1000, 2), chunks=((10, 100, 30, 800, 40, 20), -1))).chunks[0]
    assert SLENDER == 32
    assert cut == (110, 890)
    assert polar.slender(da.zeros((9, 2), chunks=(2, -1))).chunks[0] == (9,)


def test_each_pass_reads_every_block_once(da: Any, rng: np.random.Generator) -> None:
    V, reads = blocks_counted(da, rng.standard_normal((600, 2)), 100)
    Q = factor(V)
    assert reads() == 6
    Q.compute()
    assert reads() == 12


def test_nan_is_refused_by_its_index_or_comes_through(da: Any) -> None:
    W = np.ones((200, 2))
    W[150, 1] = np.nan
    for whole, index, cut in ((W, r"\(150, 1\)", (70, -1)), (W.T, r"\(1, 150\)", (-1, 70))):
        with pytest.raises(ValueError, match=f"polar_factor: W must be finite; got nan or inf at index {index}"):
            factor(da.from_array(whole, chunks=cut))
    assert np.isnan(factor(da.from_array(W, chunks=(70, -1)), check=False).compute()).any()


def test_several_chunks_along_the_short_side_are_refused(da: Any) -> None:
    with pytest.raises(NotImplementedError, match="short side"):
        factor(da.ones((90, 4), chunks=(30, 2)))


def test_the_svd_of_a_dask_array_is_refused_and_fast_named(da: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"polar_factor\(method='fast'\)"):
        fire_ref.polar_factor(da.ones((90, 4), chunks=(30, -1)))


def test_a_second_factorisation_that_rounds_otherwise_is_turned_back(
    da: Any, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    W = with_spectrum(rng, 400, 4, np.geomspace(1, 1e-13, 4))
    Q = factor(da.from_array(W, chunks=(200, -1)))
    real = np.linalg.qr

    def otherwise(x: np.ndarray, mode: str = "reduced") -> Any:
        """As on a machine that works row by row from below: another rounding, and other signs."""
        Q, R = real(x[::-1], mode=mode)
        return -Q[::-1], -R

    monkeypatch.setattr(np.linalg, "qr", otherwise)
    assert max(residuals(W, Q.compute())) <= residual_bound(4, EPS64)


def test_a_cluster_of_processes_gives_the_same(rng: np.random.Generator) -> None:
    distributed = available("distributed")
    da = available("dask.array")
    W = rng.standard_normal((3000, 4))
    V = da.from_array(W, chunks=(200, -1))
    alone = [factor(V).compute(), fire_ref.newton_schulz(V, 10).compute(), float(fire_ref.dfi(V))]
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster):
        together = [factor(V).compute(), fire_ref.newton_schulz(V, 10).compute(), float(fire_ref.dfi(V))]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e3 * EPS64)


MEASURED = """
import resource, sys
import dask, dask.array as da, numpy as np
import fire_ref

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

m, n, rows = 4_000_000, 16, 20_000
dask.config.set(scheduler="threads", num_workers=2)
def made(call):
    W = da.random.default_rng(0).standard_normal((m, n), chunks=(rows, n))
    return float((call(W) ** 2).sum())

def small(call):
    W = da.random.default_rng(0).standard_normal((4 * rows, n), chunks=(rows, n))
    return float((call(W) ** 2).sum())

calls = {"polar": lambda W: fire_ref.polar_factor(W, method="fast"), "schulz": lambda W: fire_ref.newton_schulz(W, 10)}
call = calls[sys.argv[1]]
small(call)
before = peak()
total = made(call)
assert abs(total - n) < 1e-6 * n or sys.argv[1] == "schulz", total
print((peak() - before) / (m * n * 8))
"""


@pytest.mark.parametrize("what", ["polar", "schulz"])
def test_memory_stays_under_15_percent_of_the_matrix(what: str) -> None:
    available("dask.array")
    done = subprocess.run([sys.executable, "-c", MEASURED, what], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 0.15
