"""The factors of the probes are named by their rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.gain import BY_SHAPE, DECLARED, named
from fire_ref.conformance.hypotheses import Formula, Predicted
from fire_ref.conformance.response import measured
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import EPS

from .observed import graded, observation

SHAPES = [(12, 4), (4, 12), (6, 6), (12, 4)]
SCALES = [1.5, 0.6, 2.0, 0.01]
EXPECTED = {
    "1": lambda o, i: 1,
    "sqrt(o/i)": lambda o, i: (o / i) ** 0.5,
    "sqrt(max(1, o/i))": lambda o, i: max(1, o / i) ** 0.5,
    "sqrt(i/o)": lambda o, i: (i / o) ** 0.5,
    "sqrt(max(1, i/o))": lambda o, i: max(1, i / o) ** 0.5,
    "sqrt(i)": lambda o, i: i**0.5,
    "sqrt(o)": lambda o, i: o**0.5,
    "1/sqrt(i)": lambda o, i: i**-0.5,
    "1/sqrt(o)": lambda o, i: o**-0.5,
    "0.2 sqrt(max(o, i))": lambda o, i: 0.2 * max(o, i) ** 0.5,
    "sqrt(max(o, i))": lambda o, i: max(o, i) ** 0.5,
    "o/i": lambda o, i: o / i,
}


def probes(rng: np.random.Generator) -> tuple[list[Any], Predicted]:
    found = []
    for shape, scale in zip(SHAPES, SCALES, strict=True):
        W = graded(rng, *shape, 100.0, scale)
        found.append(measured(observation(W, W), flat=False))
    s = np.concatenate([one.s for one in found])
    return found, Predicted(Formula("cubic", 3, "none"), s**0.5, s)


def name_of(factors: Any, rng: np.random.Generator, room: float = 1e-6) -> str:
    found, predicted = probes(rng)
    return named(found, predicted, np.asarray(factors, float), np.full(len(found), room))


def test_the_rules_are_the_expected_ones() -> None:
    assert list(BY_SHAPE) == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_rule_of_the_shape_is_named(name: str, rng: np.random.Generator) -> None:
    factors = [EXPECTED[name](*shape) for shape in SHAPES]
    assert name_of(factors, rng) == name
    assert name_of(np.multiply(factors, [1, 1, 1.01, 1]), rng) != name


def test_rules_of_the_values_are_named(rng: np.random.Generator) -> None:
    found, predicted = probes(rng)
    pieces = np.split(predicted.response, np.cumsum([len(one.s) for one in found])[:-1])
    rules = {
        "norm of W": [one.norm / np.linalg.norm(r) for one, r in zip(found, pieces, strict=True)],
        "mean singular value": [one.s.mean() for one in found],
        "spectral norm of W": [one.s[0] for one in found],
    }
    for name, factors in rules.items():
        assert named(found, predicted, np.array(factors), np.full(4, 1e-9)) == name


def test_a_constant_is_its_number_and_anything_else_nothing(rng: np.random.Generator) -> None:
    assert name_of([2.5] * 4, rng) == "2.5"
    assert name_of([-1.0] * 4, rng) == "-1"
    assert name_of([1.0, 2.0, 3.0, 4.0], rng) == ""
    assert name_of([0.0] * 4, rng) == ""


def test_room_decides(rng: np.random.Generator) -> None:
    factors = [1.001] * 4
    assert name_of(factors, rng, room=0.01) == "1"
    assert name_of(factors, rng, room=1e-4) == "1.001"


@pytest.mark.parametrize("name", ["official", "norm-preserving", "muon", "muon-moonshot"])
def test_every_gain_of_a_dialect_has_the_name_of_what_it_does(name: str, rng: np.random.Generator) -> None:
    dialect, found = DIALECTS[name], []
    for shape, scale in zip(SHAPES, SCALES, strict=True):
        W = graded(rng, *shape, 100.0, scale)
        found.append(observation(W, truth(W, dialect, "weight").value, dialect=dialect, level="weight"))
    responses = np.concatenate([seen.truth.response[0] for seen in found])
    factors = np.array([float(seen.truth.gains[0, 0]) for seen in found])
    measures = [measured(seen, flat=False) for seen in found]
    predicted = Predicted(Formula("", None, ""), responses, responses)
    assert named(measures, predicted, factors, np.full(4, 100 * EPS["float64"])) == DECLARED[dialect.gain]


def test_every_gain_of_the_dialects_is_declared() -> None:
    assert {dialect.gain for dialect in DIALECTS.values()} == set(DECLARED)
    assert DECLARED["one"] == "1"
