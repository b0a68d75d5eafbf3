from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.pair import inspected

from .mutants import ns, official

NAMES = ("W", "X")
DIALECT = DIALECTS["official"]


def test_a_right_pair_is_faithful(rng: np.random.Generator) -> None:
    W = rng.standard_normal((9, 5))
    assert inspected("f", NAMES, W, ns(W), DIALECT, "matrix").faithful.status == "yes"


def test_the_worst_of_a_stack_is_reported(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 9, 5))
    X = np.stack([ns(W[0]), ns(W[1], 9), ns(W[2])])
    found = inspected("f", NAMES, W, X, DIALECT, "matrix")
    assert found.faithful.status == "no"
    assert found.faithful.case == "W[1]"
    assert found.diagnoses[0].code == "WRONG_STEPS"


def test_a_kernel_is_judged_tap_by_tap(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 4, 3, 2))
    assert inspected("f", NAMES, W, official(W), DIALECT, "weight").faithful.status == "yes"
    wrong = inspected("f", NAMES, W, official(W) * 6, DIALECT, "weight")
    assert [one.code for one in wrong.diagnoses if one.severity == "error"] == ["MISSING_KERNEL_AREA"]


def test_the_coarser_dtype_counts(rng: np.random.Generator) -> None:
    W = rng.standard_normal((9, 5))
    rounded = ns(W).astype(np.float32)
    assert inspected("f", NAMES, W, rounded, DIALECT, "matrix").faithful.status == "yes"
    assert inspected("f", NAMES, W, rounded.astype(np.float64), DIALECT, "matrix").faithful.status == "no"


def test_bad_pairs_are_refused(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    with pytest.raises(ValueError, match="X must have the shape of W"):
        inspected("f", NAMES, W, W.T, DIALECT, "matrix")
    with pytest.raises(ValueError, match="W must be finite"):
        inspected("f", NAMES, W * np.nan, W, DIALECT, "matrix")
    with pytest.raises(ValueError, match="W must have two or more axes"):
        inspected("f", NAMES, W[0], W[0], DIALECT, "matrix")
