"""The fingerprint recovers the dialect and its precision from input and output alone."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.evidence import Evidence
from fire_ref.conformance.fingerprint import MOST, published, take
from fire_ref.conformance.hypotheses import Formula, declared
from fire_ref.conformance.precision import DTYPES, rounded, widened
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import EPS, residual_bound

from .observed import (
    OFFICIAL,
    VERIFIABLE,
    Answering,
    answered,
    emulated,
    evidence,
    looped,
    more_steps,
    observation,
    valid,
)


def asked(function: Answering, name: str, dtype: str, level: str = "matrix") -> Evidence:
    dialect = DIALECTS[name]
    cases = [one for one in valid(dialect, level, dtype, quick=True) if len(one.shape) == 2 and one.dtype == dtype]
    return answered(function, cases, dialect, level, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", VERIFIABLE)
def test_every_dialect_is_recovered_in_every_dtype(name: str, dtype: str) -> None:
    found = take(asked(emulated(DIALECTS[name], dtype), name, dtype), "1")
    assert found.precision == dtype
    assert found.formula == declared(DIALECTS[name])
    fits = {fit.formula: fit for fit in found.explained}
    assert found.formula in fits
    assert fits[found.formula].gain == "1"


@pytest.mark.parametrize("name", ["official", "official-gpt", "muon", "polar-express", "cubic5"])
def test_in_single_precision_nothing_else_explains_it(name: str) -> None:
    dialect = DIALECTS[name]
    found = take(asked(lambda W: rounded(looped(widened(W), dialect, "float32"), "float32"), name, "float32"), "1")
    assert {fit.formula for fit in found.explained} == {declared(dialect)}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_library_polar_factor_is_the_exact_one(dtype: str) -> None:
    found = take(asked(fire_ref.polar_factor, "paper", dtype), "1")
    assert Formula("exact", None, "") in {fit.formula for fit in found.explained}


def test_another_number_of_steps_is_named() -> None:
    found = take(asked(emulated(more_steps(OFFICIAL, -5), "float32"), "official", "float32"), "1")
    assert found.explained[0].formula == Formula("cubic", 5, "frobenius")
    assert found.formula == Formula("cubic", 10, "frobenius")


def test_a_lower_precision_than_declared_is_named() -> None:
    found = take(
        asked(lambda W: W.astype(np.float32) * 0 + looped(W, OFFICIAL, "bfloat16"), "official", "float32"), "1"
    )
    assert found.precision == "bfloat16"


def test_what_is_no_function_of_the_singular_values_is_not_explained() -> None:
    found = take(asked(lambda W: fire_ref.newton_schulz(W)[::-1], "official", "float32"), "1")
    assert found.explained == ()
    assert found.leakage is not None
    assert found.leakage > 0.1


def test_nothing_is_said_without_an_answer() -> None:
    found = take(evidence(observation(np.eye(2), None, "probe")), "1")
    assert (found.found, found.explained, found.leakage, found.precision) == ((), (), None, "")
    assert published(found).probes == ()


def test_a_published_probe_shows_values_ascending_with_what_became_of_them() -> None:
    seen = asked(emulated(OFFICIAL, "float64"), "official", "float64")
    found = take(seen, "1")
    shown = published(found)
    assert [one.case for one in shown.probes] == ["probe-tall", "probe-wide", "probe-square", "probe-tiny"]
    assert (shown.leakage, shown.precision) == (found.leakage, "float64")
    for one in shown.probes:
        values = np.array(one.values)
        assert (np.diff(values) > 0).all()
        assert np.linalg.norm(values) == pytest.approx(1)
        right = fire_ref.spectral_response(values, 10)
        room = residual_bound(32, EPS["float64"]) * 1.5**10
        assert np.abs(np.array(one.response) - right).max() <= room
        assert np.abs(np.array(one.declared) - right).max() <= room


def test_a_published_response_contains_the_declared_gain() -> None:
    def fire(W: np.ndarray) -> np.ndarray:
        return truth(W, OFFICIAL, "weight").value

    found = take(asked(fire, "official", "float64", "weight"), "sqrt(o/i)")
    assert found.explained[0].gain == found.gain == "sqrt(o/i)"
    for one in published(found).probes:
        assert max(one.declared) == pytest.approx((one.shape[0] / one.shape[1]) ** 0.5)


def test_a_report_lists_the_best_explanations_only() -> None:
    found = take(asked(emulated(DIALECTS["deepseek-v4"], "bfloat16"), "deepseek-v4", "bfloat16"), "1")
    shown = published(found).explanations
    assert len(found.explained) > MOST == len(shown)
    assert [one.residual for one in shown] == sorted(one.residual for one in shown)
