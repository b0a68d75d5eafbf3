"""How one weight is projected: what its rule says, in whose place the caller may ask for another method or steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.arrays import home
from fire_ref.layout import parse
from fire_ref.models.rule import Rule
from fire_ref.models.way import Overrides, Way, overrides, way_of
from fire_ref.prediction import MOST_STEPS

from ..backends import Backend

RULE = Rule(method="newton-schulz", steps=5, eps=0.25, gain="norm")


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (Overrides(), Way("newton-schulz", 5, 0.25, "norm")),
        (Overrides("svd"), Way("svd", 5, 0.25, "norm")),
        (Overrides(None, 7), Way("newton-schulz", 7, 0.25, "norm")),
        (Overrides(None, 0), Way("newton-schulz", 0, 0.25, "norm")),
        (Overrides("fast", 7), Way("fast", 7, 0.25, "norm")),
    ],
    ids=str,
)
def test_a_rule_decides_what_the_caller_does_not(asked: Overrides, way: Way) -> None:
    assert way_of(RULE, asked) == way


@pytest.mark.parametrize(
    ("way", "exact", "divides", "text"),
    [
        (Way("svd", 10, 0.0, "fan"), True, False, "svd"),
        (Way("fast", 10, 1e-8, "fan"), True, False, "fast"),
        (Way("newton-schulz", 10, 0.0, "fan"), False, True, "newton-schulz, k = 10"),
        (Way("newton-schulz", 5, 1e-8, 1.0), False, False, "newton-schulz, k = 5, eps 1e-08"),
    ],
)
def test_what_a_way_says_of_itself(way: Way, exact: bool, divides: bool, text: str) -> None:
    assert (way.exact, way.divides, way.text) == (exact, divides, text)
    assert len({way, Way(*way)}) == 1


@pytest.mark.parametrize("method", ["svd", "fast", "newton-schulz"])
@pytest.mark.parametrize("gain", ["fan", "norm", 3.0])
def test_a_weight_is_projected_as_fire_does_with_these_settings(
    arrays: Backend, rng: np.random.Generator, method: str, gain: Any
) -> None:
    W = arrays.make(rng.standard_normal((3, 5)), arrays.widest)
    before = arrays.host(W).copy()
    for steps, eps in ((3, 0.25), (10, 0.0)):
        V = Way(method, steps, eps, gain).project("f", "w", W, parse("f", "IO", (3, 5)))
        same = fire_ref.fire(W, method=method, steps=steps, eps=eps, gain=gain, layout="IO")
        assert np.array_equal(arrays.host(V), arrays.host(same))
        assert (home(V), V.dtype) == (home(W), W.dtype)
        assert V is not W
    assert np.array_equal(arrays.host(W), before)


def test_a_weight_that_cannot_be_projected_is_refused_by_name() -> None:
    way = Way("newton-schulz", 3, 0.0, "fan")
    for values, said in ((np.full((2, 2), np.nan), "finite"), (np.ma.array(np.eye(2)), "be a dense array")):
        with pytest.raises((ValueError, TypeError), match=rf"^f: .*{said}"):
            way.project("f", "state['w']", values, parse("f", None, (2, 2)))


def test_nothing_asked_is_nothing_overridden() -> None:
    assert overrides("f", None, None) == Overrides(None, None)
    assert overrides("f", "svd", np.int64(3)) == Overrides("svd", 3)
    assert overrides("f", None, 0) == Overrides(None, 0)
    assert overrides("f", None, MOST_STEPS).steps == MOST_STEPS


@pytest.mark.parametrize(
    ("method", "steps", "error", "said"),
    [
        ("qr", None, ValueError, "method must be one of 'svd', 'fast', 'newton-schulz'; got 'qr'"),
        ("", None, ValueError, "method must be one of "),
        (False, None, ValueError, "method must be one of "),
        (None, -1, ValueError, "steps must be a whole number >= 0; got -1"),
        (None, 2.0, TypeError, "steps must be a whole number >= 0; got 2.0"),
        (None, False, TypeError, "steps must be a whole number >= 0; got False"),
        (None, MOST_STEPS + 1, ValueError, f"steps must be at most {MOST_STEPS}; got {MOST_STEPS + 1}"),
        ("svd", MOST_STEPS + 1, ValueError, "steps must be at most"),
    ],
)
def test_what_cannot_be_asked_is_refused(method: Any, steps: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=rf"^f: {said}.*\. Try .+\.$"):
        overrides("f", method, steps)
