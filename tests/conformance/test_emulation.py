"""Emulations run the dialect itself, in three ways that differ by rounding of the dtype and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.emulation import emulations
from fire_ref.conformance.precision import DTYPES, Host, rounded, widened
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import EPS, YARDSTICK, faithful_bound, residual_bound

from .observed import STEPPED, VERIFIABLE, graded, looped


@pytest.mark.parametrize("shape", [(9, 4), (4, 9), (5, 5)])
@pytest.mark.parametrize("name", STEPPED)
def test_in_float64_all_three_are_the_declared_answer(name: str, shape: tuple[int, int]) -> None:
    W = graded(np.random.default_rng(1), *shape, condition=4.0)
    told = truth(W, DIALECTS[name], "matrix")
    runs = emulations(W, DIALECTS[name], "float64")
    assert len(runs) == 3
    room = faithful_bound(EPS["float64"], told.amplification) * np.linalg.norm(told.value)
    for run in runs:
        assert run.shape == shape
        assert np.linalg.norm(run - told.value) <= room


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", VERIFIABLE)
def test_every_number_is_one_of_the_dtype(name: str, dtype: str) -> None:
    W = widened(rounded(graded(np.random.default_rng(2), 6, 4, 3.0), dtype))
    for run in emulations(W, DIALECTS[name], dtype):
        np.testing.assert_array_equal(widened(rounded(run, dtype)), run)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_three_ways_are_three(dtype: str) -> None:
    W = widened(rounded(graded(np.random.default_rng(3), 24, 12, 5.0), dtype))
    first, second, third = emulations(W, DIALECTS["official"], dtype)
    assert (first != second).any()
    assert (first != third).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_exact_factor_is_itself_and_two_converged_iterations(dtype: str) -> None:
    W = widened(rounded(graded(np.random.default_rng(4), 8, 5, 3.0), dtype))
    *iterated, last = emulations(W, DIALECTS["paper"], dtype)
    Q = fire_ref.polar_factor(W)
    assert np.linalg.norm(last - Q) <= EPS[dtype] * np.linalg.norm(Q)
    for run in iterated:
        assert np.linalg.norm(run - Q) <= 3 * residual_bound(5, EPS[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STEPPED)
def test_a_loop_by_somebody_else_is_about_as_far_off(name: str, dtype: str) -> None:
    """What the yardstick rests on: the largest of three deviations is within its factor of a fourth one."""
    W = widened(rounded(graded(np.random.default_rng(5), 16, 8, 10.0), dtype))
    told = truth(W, DIALECTS[name], "matrix").value
    most = max(float(np.linalg.norm(run - told)) for run in emulations(W, DIALECTS[name], dtype))
    assert np.linalg.norm(looped(W, DIALECTS[name], dtype) - told) <= YARDSTICK * most


def test_other_norms_are_run_as_well() -> None:
    W = graded(np.random.default_rng(6), 6, 4, 3.0)
    for norm in ("spectral", "none"):
        dialect = replace(DIALECTS["official"], normalization=norm)
        right = fire_ref.newton_schulz(W, 10, normalization=norm)
        for run in emulations(W, dialect, "float64"):
            assert np.linalg.norm(run - right) <= residual_bound(4, EPS["float64"])


def test_a_norm_that_overflows_does_so_without_a_warning() -> None:
    in_half, _, in_single = emulations(np.full((3, 3), 6e4), DIALECTS["official"], "float16")
    assert not in_half.any()
    assert in_single.all()


def test_a_step_rounds_after_every_operation() -> None:
    """One cubic step in bfloat16, operation by operation."""
    W = widened(rounded(np.random.default_rng(8).standard_normal((40, 30)), "bfloat16"))
    one = replace(DIALECTS["official"], coefficients=(1.7, -0.7), steps=1, normalization="none")

    def rnd(x: Host) -> Host:
        return widened(rounded(x, "bfloat16"))

    G = rnd(W.T @ W)
    first = rnd(rnd(1.7 * W) + rnd(W @ rnd(-0.7 * G)))
    A = rnd(W @ W.T)
    second = rnd(rnd(1.7 * W) + rnd(-0.7 * rnd(A @ W)))
    third = rnd(1.7 * W + W @ rnd(-0.7 * G))
    for run, right in zip(emulations(W, one, "bfloat16"), (first, second, third), strict=True):
        # Sums are held in another precision, which may turn a tie the other way: a few numbers, by one unit.
        assert np.mean(run != right) < 0.05
