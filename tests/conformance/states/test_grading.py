"""One block judged: right ones of every dtype pass, and what is a step, a gain or a rounding away does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.emulation import emulations
from fire_ref.conformance.precision import numpy_dtype
from fire_ref.conformance.states.grading import deviation, downcast, grade, lag, tight
from fire_ref.tolerances import EPS, faithful_bound

from .pieces import block

DTYPES = ("float64", "float32", "float16", "bfloat16")


def pair(rng: np.random.Generator, dtype: str, shape: tuple[int, ...] = (24, 16), **options: Any) -> tuple[Any, Any]:
    W = rng.standard_normal(shape).astype(numpy_dtype(dtype))
    return W, fire_ref.fire(W, **({"method": "newton-schulz"} | options))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 5, 10, 20])
def test_k_steps_pass_and_one_more_or_less_fails(rng: np.random.Generator, dtype: str, k: int) -> None:
    W = rng.standard_normal((48, 48)).astype(numpy_dtype(dtype))
    for made in (k - 1, k, k + 1):
        Y = fire_ref.fire(W, method="newton-schulz", steps=made)
        found = grade(block(W, Y, dtype=dtype, steps=k))
        if made == k:
            assert found.status == "pass"
        elif k < 20:  # where the last singular values have not arrived
            assert found.status in ("fail", "coarse")


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_gain_that_is_off_by_two_units_in_a_thousand_fails_unless_it_is_rounding(
    rng: np.random.Generator, dtype: str
) -> None:
    W, Y = pair(rng, dtype)
    piece = block(W, Y.astype(np.float64) * (1 + max(2e-3, 2 * EPS[dtype])), dtype=dtype)
    assert grade(piece).status in ("fail", "coarse")
    assert deviation(piece) == pytest.approx(max(2e-3, 2 * EPS[dtype]), rel=0.5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_exact_factor_is_asked_by_its_definition(rng: np.random.Generator, dtype: str) -> None:
    W, Y = pair(rng, dtype, method="svd")
    found = grade(block(W, Y, dtype=dtype, method="svd"))
    assert (found.status, found.bound) == ("pass", 1.0)
    wrong = grade(block(W, fire_ref.fire(W, method="newton-schulz", steps=3), dtype=dtype, method="svd"))
    assert wrong.status == "fail"
    assert wrong.steps_needed is not None


def test_half_precision_stores_and_does_not_compute() -> None:
    W = np.random.default_rng(3).standard_normal((24, 16))
    for dtype in ("float16", "bfloat16"):
        piece = block(W, W, dtype=dtype)
        bound = tight(piece, 8.0)
        assert bound == pytest.approx(faithful_bound(EPS["float32"], 8.0) + EPS[dtype] / 2, rel=1e-3)
        assert bound < faithful_bound(EPS[dtype], 8.0) / 50
    assert tight(block(W, W), 8.0) == faithful_bound(EPS["float32"], 8.0)


def test_a_dialect_that_computes_in_half_precision_may_do_so(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16)).astype(numpy_dtype("bfloat16"))
    found = block(W, W, dialect="muon", dtype="bfloat16")
    Y = emulations(W.astype(np.float64), found.declared.dialect, "bfloat16")[0] * found.gains[0]
    assert deviation(block(W, Y, dialect="muon")) > tight(found, found.told.amplification)
    assert grade(block(W, Y, dialect="muon", dtype="bfloat16")).status in ("pass", "inconclusive")
    right = emulations(W.astype(np.float64), block(W, W, steps=5).declared.dialect, "bfloat16")[0]
    assert grade(block(W, right * block(W, W).fan, steps=5, dtype="bfloat16")).status == "coarse"


def test_zero_nan_and_what_has_not_arrived() -> None:
    zero = np.zeros((3, 2))
    assert grade(block(zero, zero)).status == "pass"
    assert grade(block(zero, np.eye(3, 2))).status == "fail"  # k steps make no isometry of nothing
    assert grade(block(np.eye(3, 2), zero)).status == "fail"
    bad = grade(block(np.eye(3, 2), np.full((3, 2), np.nan)))
    assert (bad.status, bad.residual, bad.text) == ("fail", None, "6 of 6 numbers are not finite")
    W = np.diag([1.0, 1e-4])
    slow = block(W, fire_ref.fire(W, method="newton-schulz", steps=5), steps=5, dtype="float64")
    assert lag(slow) == pytest.approx(1e-4 * 1.5**5, rel=0.01)
    assert lag(block(np.eye(2), np.eye(2))) > 0.9
    assert lag(block(np.diag([1.0, 0.0]), np.eye(2), steps=30)) == pytest.approx(1)


def test_the_dtype_that_explains_a_deviation_is_named(rng: np.random.Generator) -> None:
    W, Y = pair(rng, "float32")
    assert downcast(block(W, Y.astype(np.float16))) == "float16"
    assert downcast(block(W, Y.astype(numpy_dtype("bfloat16")))) in ("float16", "bfloat16")
    assert downcast(block(W, Y[::-1])) == ""
