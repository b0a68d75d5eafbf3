"""The tolerances are the numbers of the contract, and the oracle's own errors stay below them."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given

import fire_ref
from fire_ref.tolerances import (
    CONCLUSIVE,
    EPS,
    YARDSTICK,
    distance_bound,
    faithful_bound,
    iterate_bound,
    match_bound,
    residual_bound,
)

from .strategies import Matrix, matrices


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_eps_is_that_of_numpy(name: str) -> None:
    assert EPS[name] == float(np.finfo(name).eps)


def test_eps_of_bfloat16_is_that_of_ml_dtypes() -> None:
    assert EPS["bfloat16"] == float(ml_dtypes.finfo("bfloat16").eps)


def test_there_is_one_eps_per_accepted_dtype_and_no_more() -> None:
    assert set(EPS) == {"bfloat16", "float16", "float32", "float64"}


@pytest.mark.parametrize(("p", "expected"), [(1, 80.0), (7, 80.0), (8, 80.0), (9, 90.0), (768, 7680.0)])
def test_residual_bound_is_ten_p_eps_with_p_at_least_eight(p: int, expected: float) -> None:
    assert residual_bound(p, 1.0) == expected
    assert residual_bound(p, 0.5) == expected / 2


@pytest.mark.parametrize("p", [1, 4, 16])
def test_distance_bound_grows_with_the_condition_until_the_diameter(p: int) -> None:
    eps = 2.0**-40
    assert distance_bound(p, eps, 4.0) == 4 * distance_bound(p, eps, 1.0) == 4 * residual_bound(p, eps) * p**0.5
    assert distance_bound(p, eps, 2.0**60) == 2 * p**0.5
    assert distance_bound(p, eps, np.inf) == 2 * p**0.5


def test_iterate_bound_is_amplified_and_never_below_the_residual_bound() -> None:
    assert iterate_bound(9, 1.0, 3.0) == 270.0
    assert iterate_bound(9, 1.0, 0.25) == residual_bound(9, 1.0)


@given(W=matrices(full_rank=False))
def test_the_exact_factor_stays_within_the_residual_bound_at_every_rank(W: Matrix) -> None:
    Q = fire_ref.polar_factor(W)
    gram = Q.T @ Q if W.shape[0] >= W.shape[1] else Q @ Q.T
    assert np.linalg.norm(gram - np.eye(len(gram))) <= residual_bound(len(gram), EPS["float64"])


@given(W=matrices(cond=1e6))
def test_float32_input_is_as_near_as_float32_can_be_at_every_conditioning(W: Matrix) -> None:
    single = W.astype(np.float32)
    gap = fire_ref.polar_factor(single) - fire_ref.polar_factor(single.astype(np.float64))
    assert np.linalg.norm(gap) <= residual_bound(min(W.shape), EPS["float32"])


@given(W=matrices(cond=1e6))
def test_two_exact_factors_from_other_memory_layouts_differ_by_less_than_the_distance_bound(
    W: Matrix,
) -> None:
    s = np.linalg.svd(W, compute_uv=False)
    gap = fire_ref.polar_factor(W) - fire_ref.polar_factor(W.T).T
    assert np.linalg.norm(gap) <= 2 * distance_bound(len(s), EPS["float64"], s[0] / s[-1])


@given(W=matrices(cond=1e6))
def test_the_iterate_stays_within_its_bound_of_the_closed_form(W: Matrix) -> None:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    s = s / np.linalg.norm(s)
    p = fire_ref.spectral_response(s, 10)
    gap = fire_ref.newton_schulz(W, 10) - (U * p) @ Vh
    assert np.linalg.norm(gap) <= iterate_bound(len(s), EPS["float64"], np.max(p / s))


@pytest.mark.parametrize("eps", EPS.values())
def test_faithful_bound_is_ten_eps_times_a_stretch_of_at_least_one(eps: float) -> None:
    assert faithful_bound(eps, 3.0) == 30 * eps
    assert faithful_bound(eps, 1.0) == faithful_bound(eps, 0.25) == 10 * eps


def test_a_conclusive_bound_tells_zero_from_the_truth_twice_over() -> None:
    assert 2 * CONCLUSIVE <= 1
    assert faithful_bound(EPS["bfloat16"], 6.0) <= CONCLUSIVE < faithful_bound(EPS["bfloat16"], 7.0)


def test_the_yardstick_is_twice_the_spread_between_seeds() -> None:
    assert YARDSTICK == 2 * 2.5


def test_match_bound_is_far_above_rounding_and_far_below_tenths() -> None:
    for eps in EPS.values():
        assert match_bound(eps) == 3 * eps**0.5
        assert 10 * eps < match_bound(eps) < 0.3


@given(W=matrices(cond=1e6))
def test_the_library_in_single_precision_is_within_the_faithful_bound(W: Matrix) -> None:
    single = W.astype(np.float32)
    U, s, Vh = np.linalg.svd(single.astype(np.float64), full_matrices=False)
    x = s / np.linalg.norm(s)
    p = fire_ref.spectral_response(x, 10)
    told = (U * p) @ Vh
    wrong = np.linalg.norm(fire_ref.newton_schulz(single, 10) - told) / np.linalg.norm(told)
    assert wrong <= faithful_bound(EPS["float32"], np.max(p / x))
