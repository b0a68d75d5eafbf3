"""Newton-Schulz of Dask arrays, against NumPy on the whole matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.chunked.passes import FAN_IN
from fire_ref.chunked.schulz import RESTART
from fire_ref.tolerances import EPS, iterate_bound

from ..backends import available
from ..strategies import orthonormal, with_spectrum
from ..test_schulz import NORMS, closed_form
from .counting import blocks_counted

EPS64 = EPS["float64"]
CHUNKS = [(7, -1), (20, -1), (60, -1), ((1, 40, 19), -1)]


def size(value: Any) -> int:
    """Count the bytes of the arrays in a task's result."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    return sum(size(item) for item in value) if isinstance(value, (tuple, list)) else 0


@pytest.mark.parametrize("steps", [0, 1, 4, 5, 10, 40])
@pytest.mark.parametrize("coefficients", ["cubic", "muon", "polar-express"])
def test_newton_schulz_agrees_with_numpy_tall_and_wide(
    da: Any, rng: np.random.Generator, coefficients: str, steps: int
) -> None:
    if coefficients != "cubic" and steps == 40:
        steps = 12  # where the polynomial does not converge at once, 40 steps only multiply the same rounding
    for condition in (1.0, 1e3, 1e8):
        W = 3 * with_spectrum(rng, 60, 12, np.geomspace(1, 1 / condition, 12))
        for whole, cut in ((W, (7, -1)), (W.T, (-1, 25))):
            V = da.from_array(whole, chunks=cut)
            X = fire_ref.newton_schulz(V, steps, coefficients=coefficients)
            assert (X.shape, X.dtype, X.chunks) == (V.shape, V.dtype, V.chunks)
            _, stretch = closed_form(whole, steps, coefficients)
            difference = X.compute() - fire_ref.newton_schulz(whole, steps, coefficients=coefficients)
            assert np.linalg.norm(difference) <= iterate_bound(12, EPS64, stretch)


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize("normalization", ["frobenius", "spectral", "none"])
@pytest.mark.parametrize("eps", [0.0, 0.5])
def test_newton_schulz_agrees_for_every_chunking_normalisation_and_eps(
    da: Any, rng: np.random.Generator, chunks: tuple[Any, Any], normalization: str, eps: float
) -> None:
    W = with_spectrum(rng, 60, 12, np.geomspace(1.6, 0.01, 12))
    how: dict[str, Any] = {"steps": 6, "normalization": normalization, "eps": eps}
    X = fire_ref.newton_schulz(da.from_array(W, chunks=chunks), **how).compute()
    _, stretch = closed_form(W, 6, "cubic", normalization, eps if normalization != "none" else 0.0)
    assert np.linalg.norm(X - fire_ref.newton_schulz(W, **how)) <= iterate_bound(12, EPS64, stretch)


def test_single_precision_keeps_its_dtype_and_its_accuracy(da: Any, rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 60, 12, np.geomspace(1, 1e-3, 12)).astype(np.float32)
    X = fire_ref.newton_schulz(da.from_array(W, chunks=(7, -1)), 10).compute()
    truth, stretch = closed_form(W, 10)
    assert X.dtype == np.float32
    assert np.linalg.norm(X - truth) <= iterate_bound(12, EPS["float32"], stretch)


def test_integers_become_float64(da: Any, rng: np.random.Generator) -> None:
    W = rng.integers(-9, 9, (60, 5))
    X = fire_ref.newton_schulz(da.from_array(W, chunks=(7, -1)), 10)
    _, stretch = closed_form(W.astype(np.float64), 10)
    assert X.dtype == X.compute().dtype == np.float64
    assert np.linalg.norm(X.compute() - fire_ref.newton_schulz(W, 10)) <= iterate_bound(5, EPS64, stretch)


@pytest.mark.parametrize("k", [-1070, -1030, -1000, 1000])
@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
def test_the_scale_of_w_does_not_matter(da: Any, rng: np.random.Generator, normalization: str, k: int) -> None:
    W = rng.integers(-15, 16, (30, 4)).astype(np.float64)
    V = da.from_array(np.ldexp(W, k), chunks=(7, -1))
    X = fire_ref.newton_schulz(V, 5, normalization=normalization).compute()
    _, stretch = closed_form(W, 5, "cubic", normalization)
    assert np.linalg.norm(X - fire_ref.newton_schulz(W, 5, normalization=normalization)) <= iterate_bound(
        4, EPS64, stretch
    )


@pytest.mark.parametrize("scale", [1e-320, 1e-310, 1e-300])
def test_unnormalised_tiny_values_grow_by_three_halves_a_step(da: Any, scale: float) -> None:
    W = scale * np.eye(6, 2)
    X = fire_ref.newton_schulz(da.from_array(W, chunks=(2, -1)), 1, normalization="none").compute()
    np.testing.assert_array_equal(X, fire_ref.newton_schulz(W, 1, normalization="none"))


def test_a_diverging_iteration_is_not_finite_and_does_not_warn(da: Any) -> None:
    W = da.from_array(np.diag([3.0, 1.0]), chunks=(1, -1))
    assert not np.isfinite(fire_ref.newton_schulz(W, 20, normalization="none").compute()[0, 0])


def test_zero_with_eps_stays_zero(da: Any) -> None:
    assert not fire_ref.newton_schulz(da.zeros((9, 2), chunks=(4, -1)), 5, eps=1e-8).compute().any()


@pytest.mark.parametrize("steps", [0, 1, RESTART, RESTART + 1, 10])
def test_the_data_is_read_once_per_restart_and_once_for_the_result(
    da: Any, rng: np.random.Generator, steps: int
) -> None:
    V, reads = blocks_counted(da, rng.standard_normal((60, 4)), 6)
    X = fire_ref.newton_schulz(V, steps)
    passes = max(1, -(-steps // RESTART))
    assert reads() == 10 * passes
    X.compute()
    assert reads() == 10 * (passes + 1)


def test_the_matrix_is_never_held(da: Any, rng: np.random.Generator) -> None:
    W = rng.standard_normal((4096, 4))
    V, _ = blocks_counted(da, W, 64)
    largest, held = [0], [0]

    def after(_key: Any, result: Any, _graph: Any, state: Any, _worker: Any) -> None:
        largest[0] = max(largest[0], size(result))
        held[0] = max(held[0], sum(size(value) for value in state["cache"].values()))

    with available("dask.callbacks").Callback(posttask=after):
        fire_ref.newton_schulz(V, 10)
        fire_ref.dfi(V)
        fire_ref.sfe(V, V)
    block, gram = 64 * 4 * 8, 4 * 4 * 8
    assert 0 < largest[0] <= max(block, FAN_IN * gram)
    # One Gram matrix per block may wait to be added up, beside two blocks and the constants.
    assert held[0] <= 64 * gram + 4 * block < W.nbytes / 2


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
def test_a_zero_matrix_is_refused(da: Any, normalization: str) -> None:
    with pytest.raises(ValueError, match="newton_schulz: W must be nonzero; got a zero matrix"):
        fire_ref.newton_schulz(da.zeros((9, 2), chunks=(4, -1)), normalization=normalization)


def test_an_isometry_has_none_of_the_drift_of_a_gram_matrix(da: Any, rng: np.random.Generator) -> None:
    W = orthonormal(rng, 60, 12)
    V = da.from_array(W, chunks=(7, -1))
    X = fire_ref.newton_schulz(V, 40).compute()
    assert np.linalg.norm(X - W) <= iterate_bound(12, EPS64, float(NORMS["frobenius"](np.ones(12))))
