"""Every dialect that a target could have declared is named, the declared one first."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.fingerprint import take
from fire_ref.conformance.fitness import fitting
from fire_ref.conformance.gain import DECLARED
from fire_ref.conformance.truth import truth

from .observed import STEPPED, Answering, answered, emulated, evidence, observation, told, valid


def fits(function: Answering, declared: str, dtype: str = "float32", level: str = "matrix") -> tuple[str, ...]:
    dialect = DIALECTS[declared]
    cases = [one for one in valid(dialect, level, dtype, quick=True) if len(one.shape) == 2 and one.dtype == dtype]
    seen = answered(function, cases, dialect, level, dtype)
    return fitting(seen, take(seen, DECLARED[dialect.gain] if level == "weight" else "1"))


@pytest.mark.parametrize("name", STEPPED)
def test_a_dialect_fits_itself_whatever_was_declared(name: str) -> None:
    assert fits(emulated(DIALECTS[name], "float32"), name)[0] == name
    assert name in fits(emulated(DIALECTS[name], "float32"), "official")


def test_the_same_maps_are_named_together_and_others_not() -> None:
    assert fits(emulated(DIALECTS["cubic5"], "float32"), "official") == ("official-gpt", "cubic5")
    assert fits(emulated(DIALECTS["cubic5"], "float32"), "cubic5") == ("cubic5", "official-gpt")
    assert fits(emulated(DIALECTS["muon"], "float32"), "muon-moonshot") == ("muon-moonshot", "muon")


def test_the_exact_factor_fits_the_paper() -> None:
    assert fits(fire_ref.polar_factor, "paper")[0] == "paper"
    assert "official" not in fits(fire_ref.polar_factor, "paper")


@pytest.mark.parametrize("wrong", [np.zeros_like, np.copy, lambda W: W / np.linalg.norm(W), lambda W: W * np.nan])
@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_what_is_none_of_them_fits_nothing(wrong: Answering, dtype: str) -> None:
    assert fits(lambda W: wrong(W).astype(W.dtype), "official", dtype) == ()


def test_at_level_weight_the_gain_tells_dialects_apart_and_only_the_same_layouts_compare() -> None:
    def of(name: str, declared: str) -> tuple[str, ...]:
        return fits(told(DIALECTS[name], "weight"), declared, level="weight")

    assert of("official", "official") == ("official",)
    assert of("muon", "official") == ("muon",)
    assert of("muon-moonshot", "muon") == ("muon-moonshot",)
    assert of("official-sac", "official-sac") == ("official-sac",)
    assert of("norm-preserving", "norm-preserving") == ("norm-preserving",)


def test_one_wrong_case_is_enough_against_it() -> None:
    dialect = DIALECTS["official"]
    cases = valid(dialect, "matrix", "float64", quick=True)
    cases = [one for one in cases if len(one.shape) == 2 and one.dtype == "float64"]
    seen = answered(told(dialect), cases, dialect, "matrix", "float64")
    taken = take(seen, "1")
    assert fitting(seen, taken)[0] == "official"
    given = np.diag([2.0, 1.0])
    wrong = observation(given, 1.001 * truth(given, dialect, "matrix").value)
    assert fitting(evidence(*seen.observations, wrong, precision="float64"), taken) == ()


def test_nothing_fits_where_nothing_was_answered() -> None:
    seen = evidence(observation(np.eye(2), None, "probe"))
    assert fitting(seen, take(seen, "1")) == ()
    assert fitting(evidence(), take(evidence(), "1")) == ()
