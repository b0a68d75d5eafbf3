"""Dask arrays: measures and Newton-Schulz in passes over blocks, against NumPy on the whole matrix."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.chunked import FAN_IN, RESTART
from fire_ref.tolerances import EPS, iterate_bound

from .backends import available
from .strategies import orthonormal, with_spectrum
from .test_measures import dfi_slack
from .test_schulz import NORMS, closed_form

Host = np.ndarray[Any, np.dtype[Any]]
EPS64 = EPS["float64"]
CHUNKS = [(7, -1), (20, -1), (60, -1), ((1, 40, 19), -1)]


@pytest.fixture
def da() -> Any:
    """The dask.array module, on one thread, so that what is counted does not depend on timing."""
    array = available("dask.array")
    with available("dask").config.set(scheduler="synchronous"):
        yield array


def blocks_counted(da: Any, W: Host, rows: int) -> tuple[Any, Callable[[], int]]:
    """Return W in blocks of so many rows, and a function that says how many blocks have been read so far."""
    delayed = available("dask").delayed
    reads, lock = [0], threading.Lock()

    def read(start: int) -> Host:
        with lock:
            reads[0] += 1
        return W[start : start + rows]

    starts = range(0, len(W), rows)
    parts = [da.from_delayed(delayed(read)(i), W[i : i + rows].shape, dtype=W.dtype) for i in starts]
    return da.concatenate(parts), lambda: reads[0]


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
def test_the_scale_of_w_does_not_matter(
    da: Any, rng: np.random.Generator, normalization: str, k: int
) -> None:
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


def test_the_measures_read_each_block_once(da: Any, rng: np.random.Generator) -> None:
    V, reads = blocks_counted(da, rng.standard_normal((60, 4)), 6)
    fire_ref.dfi(V).compute()
    assert reads() == 10
    U, more = blocks_counted(da, rng.standard_normal((60, 4)), 6)
    fire_ref.sfe(V, U).compute()
    assert (reads(), more()) == (20, 10)


def size(value: Any) -> int:
    """Count the bytes of the arrays in a task's result."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    return sum(size(item) for item in value) if isinstance(value, (tuple, list)) else 0


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


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("index", [(0, 0), (17, 3), (29, 4)])
def test_what_is_not_finite_is_named_by_its_index_in_the_whole_array(
    da: Any, index: tuple[int, int], bad: float
) -> None:
    W = np.ones((30, 5))
    W[index] = bad
    V, fine = da.from_array(W, chunks=(7, -1)), da.ones((30, 5), chunks=(11, -1))
    message = rf"at index \({index[0]}, {index[1]}\)"
    for call in (lambda: fire_ref.dfi(V), lambda: fire_ref.newton_schulz(V), lambda: fire_ref.sfe(fine, V)):
        with pytest.raises(ValueError, match=message):
            call()


def test_what_is_not_finite_in_a_wide_array_is_named_by_its_index_in_that_array(da: Any) -> None:
    W = np.ones((5, 30))
    W[3, 17] = np.nan
    V = da.from_array(W, chunks=(-1, 7))
    with pytest.raises(ValueError, match=r"dfi: W must be finite; got .* at index \(3, 17\)"):
        fire_ref.dfi(V)
    with pytest.raises(ValueError, match=r"newton_schulz: W must be finite; got .* at index \(3, 17\)"):
        fire_ref.newton_schulz(V)


def test_unchecked_nan_is_passed_on(da: Any) -> None:
    W = da.from_array(np.array([[1.0, np.nan], [1.0, 2.0], [3.0, 4.0]]), chunks=(1, -1))
    assert np.isnan(fire_ref.dfi(W, check=False).compute())
    assert np.isnan(fire_ref.sfe(W, W, check=False).compute())
    assert np.isnan(fire_ref.newton_schulz(W, check=False).compute()).any()


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
def test_a_zero_matrix_is_refused(da: Any, normalization: str) -> None:
    with pytest.raises(ValueError, match="newton_schulz: W must be nonzero; got a zero matrix"):
        fire_ref.newton_schulz(da.zeros((9, 2), chunks=(4, -1)), normalization=normalization)


@pytest.mark.parametrize(("shape", "chunks", "short"), [((9, 4), (3, 2), 1), ((4, 9), (2, 3), 0)])
def test_two_chunks_along_the_short_side_are_refused_with_the_call_that_joins_them(
    da: Any, shape: tuple[int, int], chunks: tuple[int, int], short: int
) -> None:
    W = da.from_array(np.random.default_rng(0).standard_normal(shape), chunks=chunks)
    for function in (fire_ref.dfi, fire_ref.newton_schulz):
        with pytest.raises(
            NotImplementedError, match=rf"Try W\.rechunk\(\{{{short}: -1, {1 - short}: 'auto'\}}\)"
        ):
            function(W)
    advised = W.rechunk({short: -1, 1 - short: "auto"})
    assert fire_ref.newton_schulz(advised, 1).compute().shape == shape


@pytest.mark.parametrize("shape", [(2, 6, 4), (6,)])
def test_only_matrices_are_read_in_passes(da: Any, shape: tuple[int, ...]) -> None:
    W = da.ones(shape)
    for call in (lambda: fire_ref.dfi(W), lambda: fire_ref.newton_schulz(W), lambda: fire_ref.sfe(W, W)):
        with pytest.raises(NotImplementedError, match=r"only two axes of known size .* one matrix at a time"):
            call()


def test_unknown_chunk_sizes_are_refused_and_the_advice_works(da: Any) -> None:
    W = da.from_array(np.arange(1.0, 81.0).reshape(20, 4), chunks=(5, -1))
    kept = W[W[:, 0] > 30]  # nothing of the first block remains
    for call in (
        lambda: fire_ref.dfi(kept),
        lambda: fire_ref.newton_schulz(kept),
        lambda: fire_ref.sfe(kept, kept),
    ):
        with pytest.raises(NotImplementedError, match=r"Try W\.compute_chunk_sizes\(\)"):
            call()
    kept.compute_chunk_sizes()
    whole = kept.compute()
    assert fire_ref.sfe(kept, kept).compute() == 0.0
    truth = float(fire_ref.dfi(whole))
    assert abs(fire_ref.dfi(kept).compute() - truth) <= 2 * dfi_slack(whole, truth)
    _, stretch = closed_form(whole, 2)
    difference = fire_ref.newton_schulz(kept, 2).compute() - fire_ref.newton_schulz(whole, 2)
    assert np.linalg.norm(difference) <= iterate_bound(4, EPS64, stretch)


OTHERS: dict[str, Callable[[Any], Any]] = {
    "polar_factor": fire_ref.polar_factor,
    "polar_decomposition": fire_ref.polar_decomposition,
    "predict": fire_ref.predict,
    "steps_needed": fire_ref.steps_needed,
    "spectral_response": fire_ref.spectral_response,
    "newton_schulz_iterates": fire_ref.newton_schulz_iterates,
    "fire": fire_ref.fire,
    "relax": lambda W: fire_ref.relax(W, dfi=1.0),
    "front": fire_ref.front,
    "excess": lambda W: fire_ref.excess(W, W),
    "relax of a state": lambda W: fire_ref.relax({"layer": W}, dfi=1.0),
    "front of a state": lambda W: fire_ref.front({"layer": W}),
    "excess of states": lambda W: fire_ref.excess({"layer": W}, {"layer": W}),
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_function_refuses_dask_and_says_what_to_do(da: Any, name: str) -> None:
    with pytest.raises(
        NotImplementedError, match=rf"^{name.split()[0]}: .* is a Dask array, .* Try .*compute\(\)"
    ):
        OTHERS[name](da.ones((4, 3)))


def test_a_layout_or_an_operator_is_refused(da: Any) -> None:
    for arguments in ({"layout": "OI"}, {"operator": (4, 4)}):
        with pytest.raises(NotImplementedError, match=r"dfi: .* Try without layout and operator"):
            fire_ref.dfi(da.ones((4, 3)), **arguments)


def test_dask_and_numpy_are_not_mixed(da: Any) -> None:
    for W, V in ((da.ones((4, 3)), np.ones((4, 3))), (np.ones((4, 3)), da.ones((4, 3)))):
        with pytest.raises(TypeError, match="sfe: W and V must be arrays of one library"):
            fire_ref.sfe(W, V)


def test_shapes_dtypes_and_arguments_are_checked_before_anything_is_read(da: Any) -> None:
    V, reads = blocks_counted(da, np.ones((6, 2)), 3)
    with pytest.raises(ValueError, match="sfe: W and V must have one shape"):
        fire_ref.sfe(V, V.T)
    with pytest.raises(TypeError, match="dfi: W must be real"):
        fire_ref.dfi(V.astype(complex))
    with pytest.raises(ValueError, match="steps must be a whole number"):
        fire_ref.newton_schulz(V, -1)
    with pytest.raises(TypeError, match="dtype must be a floating dtype"):
        fire_ref.newton_schulz(V, dtype="int32")
    with pytest.raises(ValueError, match="gain must be a finite number > 0"):
        fire_ref.dfi(V, gain=0.0)
    assert reads() == 0


def test_an_isometry_has_none_of_the_drift_of_a_gram_matrix(da: Any, rng: np.random.Generator) -> None:
    W = orthonormal(rng, 60, 12)
    V = da.from_array(W, chunks=(7, -1))
    X = fire_ref.newton_schulz(V, 40).compute()
    assert np.linalg.norm(X - W) <= iterate_bound(12, EPS64, float(NORMS["frobenius"](np.ones(12))))
