"""The map of singular values that made one block of another, and its factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.explaining import Reading, agrees, explain, limit
from fire_ref.conformance.states.grading import tight

from .pieces import block


def ns(W: Any, k: int, **options: Any) -> Any:
    return fire_ref.newton_schulz(W, k, **options)


@pytest.mark.parametrize(
    ("kind", "steps", "make"),
    [
        ("declared", 5, lambda W: 0.7 * ns(W, 5)),
        ("steps", 8, lambda W: ns(W, 8)),
        ("linear", None, lambda W: -0.2 * W),
        ("twice", 5, lambda W: ns(ns(W, 5), 5)),
        ("norm", 5, lambda W: ns(W, 5, normalization="spectral")),
        ("none", 5, lambda W: ns(W, 5, normalization="none")),
        ("inverse", None, lambda W: np.linalg.pinv(W).T),
        ("coefficients", 5, lambda W: ns(W, 5, coefficients="muon")),
        ("exact", None, fire_ref.polar_factor),
    ],
)
def test_the_map_is_found_with_its_factor(rng: np.random.Generator, kind: str, steps: int | None, make: Any) -> None:
    U, _, Vh = np.linalg.svd(rng.standard_normal((40, 24)), full_matrices=False)
    W = (U * np.geomspace(1.5, 1e-4, 24)) @ Vh
    found = explain(block(W, 3.0 * make(W), steps=5, dtype="float64"))
    assert found is not None
    assert (found.found.kind, found.found.steps) == (kind, steps)
    expected = {"declared": 2.1, "linear": -0.6}.get(kind, 3.0)
    if kind != "inverse":
        np.testing.assert_allclose(found.factors, expected, rtol=1e-6)


def test_what_is_no_map_of_singular_values_has_no_explanation(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16))
    right = fire_ref.fire(W, method="newton-schulz", steps=5)
    assert explain(block(W, right[::-1], steps=5)) is None
    assert explain(block(W, rng.standard_normal(W.shape), steps=5)) is None


def test_equal_explanations_are_all_kept(rng: np.random.Generator) -> None:
    W = np.linalg.qr(rng.standard_normal((16, 16)))[0] + 0.1 * rng.standard_normal((16, 16))
    found = explain(block(W, fire_ref.polar_factor(W), steps=5))
    assert found is not None
    assert len(found.rivals) > 5
    assert (found.found.kind, found.rivals[0].kind) == ("exact", "steps")


def test_agreeing_is_up_to_a_factor_and_no_more(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16))
    for method in ("newton-schulz", "svd"):
        right = fire_ref.fire(W, method=method, steps=5)
        assert agrees(block(W, 2 * right, method=method, steps=5))
        assert not agrees(block(W, -2 * right, method="svd"))
        assert not agrees(block(W, fire_ref.fire(W, method="newton-schulz", steps=4), method=method, steps=5))


def test_no_map_may_explain_everything(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16))
    piece = block(W, W)
    assert limit(piece, 1e12) == 0.02 < tight(piece, 1e12)
    assert limit(block(W, W, dtype="float64"), 1.0) > tight(block(W, W, dtype="float64"), 1.0)


def test_a_reading_has_all_of_y(rng: np.random.Generator) -> None:
    W, Y = rng.standard_normal((2, 3, 5, 4))
    d, rest = Reading(block(W, Y)).table
    np.testing.assert_allclose(np.sum(d**2, axis=-1) + rest**2, np.sum(Y**2, axis=(-2, -1)))
