"""What a pass over Dask blocks accepts, refuses and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, iterate_bound

from ..test_measures import dfi_slack
from ..test_schulz import closed_form
from .counting import blocks_counted

EPS64 = EPS["float64"]
CHUNKS = [(7, -1), (20, -1), (60, -1), ((1, 40, 19), -1)]


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


@pytest.mark.parametrize(("shape", "chunks", "short"), [((9, 4), (3, 2), 1), ((4, 9), (2, 3), 0)])
def test_two_chunks_along_the_short_side_are_refused_with_the_call_that_joins_them(
    da: Any, shape: tuple[int, int], chunks: tuple[int, int], short: int
) -> None:
    W = da.from_array(np.random.default_rng(0).standard_normal(shape), chunks=chunks)
    for function in (fire_ref.dfi, fire_ref.newton_schulz):
        with pytest.raises(NotImplementedError, match=rf"Try W\.rechunk\(\{{{short}: -1, {1 - short}: 'auto'\}}\)"):
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


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_function_refuses_dask_and_says_what_to_do(da: Any, name: str) -> None:
    with pytest.raises(NotImplementedError, match=rf"^{name.split()[0]}: .* is a Dask array, .* Try .*compute\(\)"):
        OTHERS[name](da.ones((4, 3)))


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
