"""What was seen, and the dtype by whose rounding it is judged."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.evidence import Evidence

from .observed import case, evidence, observation

W = np.diag([2.0, 1.0])


def test_an_answer_of_another_shape_is_none() -> None:
    assert observation(W, W).answered
    assert not observation(W, W[0]).answered
    assert not observation(W, None).answered
    assert not observation(W, W[0]).finite
    assert not observation(W, np.full((2, 2), np.inf)).finite
    assert observation(W, W).finite


def test_answers_and_inputs_are_read_in_float64() -> None:
    seen = observation(W.astype(ml_dtypes.bfloat16), W.astype(np.float16))
    assert seen.input.dtype == seen.answer.dtype == np.float64
    np.testing.assert_array_equal(seen.input, W)


def test_the_truth_is_that_of_the_declared_dialect_or_of_another() -> None:
    seen = observation(W, W, dialect=DIALECTS["paper"])
    np.testing.assert_allclose(seen.truth.value, np.eye(2), atol=1e-15)
    assert seen.against(DIALECTS["muon"]).value[0, 0] != pytest.approx(1, abs=0.01)


def test_cases_are_found_by_id_and_by_all_of_their_flags() -> None:
    first = observation(W, W, about=case(W, "rank", "dead", name="one"))
    second = observation(W, W, about=case(W, "rank", name="two"))
    seen = evidence(first, second)
    assert seen["two"] is second
    assert seen["three"] is None
    assert list(seen.flagged("rank")) == [first, second]
    assert list(seen.flagged("rank", "dead")) == [first]


def test_plain_cases_are_valid_single_matrices_of_the_declared_dtype() -> None:
    plain = observation(W, W, "odd")
    others = [observation(W, W, flag) for flag in ("conv", "stack", "purity")]
    seen = evidence(plain, *others, observation(W, W, verdict="acceptable"), observation(W, W, verdict="invalid"))
    assert seen.plain == (plain,)


@pytest.mark.parametrize(
    ("dialect", "dtype", "shown", "judged"),
    [
        ("official", "float32", "float32", "float32"),
        ("official", "float32", "bfloat16", "float32"),
        ("official", "bfloat16", "float64", "bfloat16"),
        ("muon", "float32", "bfloat16", "bfloat16"),
        ("muon", "float32", "float32", "float32"),
        ("muon", "float32", "float64", "float32"),
        ("muon", "float16", "bfloat16", "bfloat16"),
        ("muon", "bfloat16", "float32", "bfloat16"),
        ("muon", "float64", "float32", "float32"),
    ],
)
def test_a_target_is_judged_by_the_rounding_it_shows_where_the_dialect_allows_it(
    dialect: str, dtype: str, shown: str, judged: str
) -> None:
    assert evidence(dialect=DIALECTS[dialect], dtype=dtype, precision=shown).computing == judged


def test_the_exact_dialect_borrows_the_steps_of_the_official_one() -> None:
    assert evidence(dialect=DIALECTS["paper"]).stepping is DIALECTS["official"]
    assert evidence(dialect=DIALECTS["muon"]).stepping is DIALECTS["muon"]


def test_evidence_is_frozen() -> None:
    seen: Evidence = evidence()
    with pytest.raises(AttributeError):
        seen.precision = "float32"  # type: ignore[misc]
