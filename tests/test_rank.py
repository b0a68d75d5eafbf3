"""One rule for rank: above rtol times the largest, the same in every function."""

from __future__ import annotations

import array_api_compat
import numpy as np
import pytest

import fire_ref
from fire_ref import rank
from fire_ref.tolerances import EPS

from .backends import Backend


@pytest.mark.parametrize("name", ["bfloat16", "float16", "float32", "float64"])
def test_the_default_threshold_is_the_longer_side_times_eps_of_the_input(name: str) -> None:
    assert rank.threshold("f", (9, 30, 7), name, None) == 30 * EPS[name]
    assert rank.threshold("f", (7, 30), name, None) == 30 * EPS[name]


def test_a_given_threshold_replaces_the_default() -> None:
    assert rank.threshold("f", (30, 7), "float16", 1e-3) == 1e-3
    assert rank.threshold("f", (30, 7), "float16", 0) == 0.0


@pytest.mark.parametrize(
    ("rtol", "error"), [(-1e-9, ValueError), (np.nan, ValueError), ("1e-3", TypeError), (True, TypeError)]
)
def test_a_threshold_is_a_number_of_at_least_zero(rtol: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="f: rtol must be a finite number >= 0"):
        rank.threshold("f", (3, 3), "float64", rtol)  # type: ignore[arg-type] # the refusal is the test


def test_a_value_at_the_threshold_does_not_count(arrays: Backend) -> None:
    s = arrays.make([[4.0, 2.0, 1.0], [8.0, 8.0, 2.0], [0.0, 0.0, 0.0]], arrays.widest)
    xp = array_api_compat.array_namespace(s)
    np.testing.assert_array_equal(
        arrays.host(xp.astype(rank.nonzero(s, 0.25), s.dtype)), [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    )
    counted = rank.count(xp, s, 0.25)
    assert xp.isdtype(counted.dtype, "integral")
    assert arrays.host(counted).tolist() == [2, 2, 0]


def test_without_a_threshold_only_zeros_are_left_out() -> None:
    assert rank.count(np, np.array([1.0, 5e-324, 0.0]), 0.0) == 2


@pytest.mark.parametrize(("name", "counted"), [("float64", 4), ("float32", 3), ("float16", 2)])
def test_every_function_counts_by_the_dtype_of_the_input(name: str, counted: int) -> None:
    W = np.diag(np.array([1.0, 2.0**-6, 2.0**-14, 2.0**-24])).astype(name)  # exact in all three dtypes
    assert fire_ref.polar_decomposition(W).rank == counted
    smallest = np.diag(W)[counted - 1].astype(np.float64) / np.linalg.norm(W.astype(np.float64))
    foretold = fire_ref.predict(W, 0)
    assert abs(foretold.response_min - smallest) <= 2 * EPS["float64"]  # a norm and a division, relative to at most 1
    k = fire_ref.steps_needed(W, tol=0.5)
    assert fire_ref.spectral_response([smallest], k) >= 0.5 > fire_ref.spectral_response([smallest], k - 1)
