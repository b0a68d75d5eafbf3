"""A right loop stays within the bound in every dtype; a loop with a step more does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.catalogue import DEPTH
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.evidence import Observation
from fire_ref.conformance.faithful import (
    Judged,
    bound,
    emulated_deviation,
    judge,
    verdict,
    without_floor,
)
from fire_ref.conformance.mild import mildest
from fire_ref.conformance.precision import DTYPES, Host, rounded, widened
from fire_ref.conformance.record import Result
from fire_ref.conformance.spectra import spectrum, with_spectrum
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import CONCLUSIVE, EPS, YARDSTICK, faithful_bound

from .observed import OFFICIAL, STEPPED, evidence, graded, looped, observation, results

SEEDS = range(20)


def given(name: str, dtype: str, seed: int) -> Host:
    """In turn a mild matrix, a graded one, and a wide one."""
    rng = np.random.default_rng([seed, len(name)])
    p, recipes = mildest(name)
    made = (
        with_spectrum(rng, p, p, spectrum(recipes[seed % len(recipes)], p)),
        graded(rng, 24, 12, 1 / DEPTH[dtype]),
        graded(rng, 8, 16, 3.0),
    )
    return widened(rounded(made[seed % 3], dtype))


def judged(name: str, dtype: str, seed: int, more: int = 0) -> Judged:
    dialect, W = DIALECTS[name], given(name, dtype, seed)
    return judge(observation(W, looped(W, dialect, dtype, more), dialect=dialect), dialect, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STEPPED)
def test_a_right_loop_stays_within_the_bound(name: str, dtype: str) -> None:
    for seed in SEEDS:
        found = judged(name, dtype, seed)
        assert found.status in ("pass", "inconclusive"), (seed, found)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["official-gpt", "muon", "cubic5"])
def test_a_loop_with_a_step_more_does_not(name: str, dtype: str) -> None:
    """Where k steps have converged a step more changes nothing; these have not."""
    assert "fail" in {judged(name, dtype, seed, more=1).status for seed in range(12)}


@pytest.mark.parametrize("name", STEPPED)
def test_a_step_more_is_wrong_in_single_precision(name: str) -> None:
    """Among them schedules whose last steps only polish: the smallest singular values still tell."""
    dialect = DIALECTS[name]
    W = widened(rounded(graded(np.random.default_rng(7), 32, 16, 1e6), "float32"))
    assert judge(observation(W, looped(W, dialect, "float32"), dialect=dialect), dialect, "float32").status != "fail"
    assert judge(observation(W, looped(W, dialect, "float32", 1), dialect=dialect), dialect, "float32").status == "fail"


def test_the_residual_is_relative_to_the_truth() -> None:
    W = graded(np.random.default_rng(0), 6, 4, 2.0)
    told = truth(W, OFFICIAL, "matrix").value
    for wrong, size in ((0 * told, 1.0), (1.25 * told, 0.25), (-told, 2.0)):
        found = judge(observation(W, wrong), OFFICIAL, "float64")
        assert found.residual == pytest.approx(size)
        assert found.status == "fail"
    nothing = observation(0 * W, told)
    assert judge(nothing, OFFICIAL, "float64").residual == pytest.approx(np.linalg.norm(told))


def test_passing_says_something_only_where_the_bound_is_conclusive() -> None:
    assert Judged(0.1, 0.2, conclusive=True).status == "pass"
    assert Judged(0.1, 0.2, conclusive=False).status == "inconclusive"
    assert Judged(0.3, 0.2, conclusive=True).status == "fail"
    assert Judged(0.3, 0.2, conclusive=False).status == "inconclusive"
    assert Judged(float("nan"), 0.2, conclusive=True).status == "fail"
    assert Judged(0.1, float("inf"), conclusive=False).status == "inconclusive"
    assert Judged(0.3, 0.2, conclusive=True, grey=2.0).status == "inconclusive"
    assert Judged(0.5, 0.2, conclusive=True, grey=2.0).status == "fail"
    assert Judged(0.1, 0.2, conclusive=True, grey=2.0).status == "pass"


def test_zero_is_never_grey() -> None:
    dialect = replace(DIALECTS["polar-express"], eps=0.0)
    W = np.random.default_rng(3).standard_normal((32, 32))
    told = truth(W, dialect, "matrix").value
    assert judge(observation(W, told, dialect=dialect), dialect, "bfloat16").grey > 1
    assert judge(observation(W, 0 * told, dialect=dialect), dialect, "bfloat16").grey == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bound_is_ten_eps_times_the_stretch_and_at_least_what_emulations_show(dtype: str) -> None:
    for name in ("official", "official-sac", "muon", "polar-express"):
        dialect = DIALECTS[name]
        told = truth(given(name, dtype, 0), dialect, "matrix")
        plain = faithful_bound(EPS[dtype], told.amplification)
        shown = YARDSTICK * emulated_deviation(told, dialect, dtype)
        if plain <= CONCLUSIVE:
            assert bound(told, dialect, dtype) == max(plain, shown) + 2 * told.slack


def test_in_half_precision_emulations_decide_where_the_bound_says_nothing() -> None:
    W = graded(np.random.default_rng(1), 12, 8, 100.0)
    told = truth(W, OFFICIAL, "matrix")
    assert faithful_bound(EPS["bfloat16"], told.amplification) > CONCLUSIVE
    assert 0 < bound(told, OFFICIAL, "bfloat16") < CONCLUSIVE
    steep = replace(told, amplification=1e30)
    assert bound(steep, OFFICIAL, "float32") > CONCLUSIVE


def test_a_stack_has_the_deviation_of_all_its_matrices() -> None:
    W = np.stack([np.eye(4) * 1.5, graded(np.random.default_rng(2), 4, 4, 30.0), np.zeros((4, 4))])
    told = truth(W, OFFICIAL, "matrix")
    alone = truth(W[1], OFFICIAL, "matrix")
    whole = emulated_deviation(told, OFFICIAL, "bfloat16") * np.linalg.norm(told.value)
    assert whole >= emulated_deviation(alone, OFFICIAL, "bfloat16") * np.linalg.norm(alone.value)
    assert emulated_deviation(truth(0 * W, OFFICIAL, "matrix"), OFFICIAL, "float32") == 0


def test_what_overflows_in_half_precision_has_no_bound() -> None:
    raw = replace(OFFICIAL, normalization="none")
    assert emulated_deviation(truth(0.5 * np.eye(3), raw, "matrix"), raw, "float16") < CONCLUSIVE
    assert emulated_deviation(truth(100.0 * np.eye(3), raw, "matrix"), raw, "float16") == np.inf


@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6)])
def test_what_is_put_into_the_null_space_is_not_judged_when_only_the_active_part_is(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    W = graded(rng, *shape, 3.0)
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    s[-2:] = 0
    W = (U * s) @ Vh
    told = truth(W, OFFICIAL, "matrix").value
    completed = told + U[:, -2:] @ Vh[-2:]
    outside = told + U[:, :1] @ Vh[-1:]
    for answer, active, status in (
        (completed, True, "pass"),
        (completed, False, "fail"),
        (outside, True, "fail"),
        (told, True, "pass"),
    ):
        assert judge(observation(W, answer), OFFICIAL, "float64", active=active).status == status


def test_another_dialect_can_be_asked() -> None:
    W = graded(np.random.default_rng(4), 6, 4, 20.0)
    seen = observation(W, fire_ref.newton_schulz(W, 5))
    assert judge(seen, OFFICIAL, "float64").status == "fail"
    assert judge(seen, DIALECTS["official-gpt"], "float64").status == "pass"
    sac = without_floor(DIALECTS["official-sac"])
    assert (sac.eps, sac.steps) == (0.0, 10)


@pytest.mark.parametrize(("level", "shape"), [("weight", (8, 4)), ("weight", (6, 4, 3, 3)), ("matrix", (3, 6, 4))])
def test_weights_and_stacks_are_judged_as_one(level: str, shape: tuple[int, ...]) -> None:
    W = np.random.default_rng(5).standard_normal(shape)
    told = truth(W, OFFICIAL, level).value
    wrong = told.copy()
    wrong[..., 0, 0] *= 1.01
    assert judge(observation(W, told, level=level), OFFICIAL, "float64").status == "pass"
    assert judge(observation(W, wrong, level=level), OFFICIAL, "float64").status == "fail"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_gain_that_is_rounded_once_is_no_mistake(dtype: str) -> None:
    """On a signed permutation all emulations may be exact, and the gain still is not."""
    dialect = DIALECTS["norm-preserving"]
    W = np.diag([4.0, 2.0, 1.0, 0.5, 0.25])
    told = truth(W, dialect, "weight").value
    seen: Observation = observation(W, rounded(told, dtype), dialect=dialect, level="weight")
    assert judge(seen, dialect, dtype).status != "fail"


def result(status: str, residual: float | None = None, limit: float | None = None, name: str = "case") -> Result:
    return Result(name, "value.faithful", status, residual, limit)


def test_enough_conclusive_passes_are_a_yes() -> None:
    found = verdict([result("pass", 0.1, 1.0, "a"), result("pass", 0.5, 1.0, "b"), result("recorded")], least=2)
    assert (found.status, found.worst, found.case) == ("yes", 0.5, "b")
    assert found.reason == "2 of 2 cases are conclusive, and all agree."


def test_too_few_are_inconclusive() -> None:
    found = verdict([result("pass", 0.1, 1.0), result("inconclusive", 3.0, 4.0)], least=2)
    assert found.status == "inconclusive"
    assert found.reason == "only 1 of 2 cases are conclusive."
    assert verdict([], least=1).status == "inconclusive"
    assert verdict([], least=1).worst is None


def test_one_failure_or_one_missing_answer_is_a_no() -> None:
    passes = [result("pass", 0.1, 1.0)] * 20
    found = verdict([*passes, result("fail", 3.0, 1.0, "bad")], least=2)
    assert (found.status, found.worst, found.case) == ("no", 3.0, "bad")
    assert found.reason == "1 of 21 cases fail."
    found = verdict([*passes, result("fail", 3.0, 1.0), result("skipped", name="gone")], least=2)
    assert (found.status, found.worst, found.case) == ("no", float("inf"), "gone")


def test_the_check_judges_by_the_precision_that_was_seen() -> None:
    dialect = DIALECTS["muon"]
    W = graded(np.random.default_rng(6), 16, 8, 3.0)
    seen = observation(W.astype(np.float32), looped(W, dialect, "bfloat16").astype(np.float32), dialect=dialect)
    for precision, status in (("bfloat16", "pass"), ("float32", "fail")):
        found = evidence(seen, dialect=dialect, dtype="float32", precision=precision)
        assert results(found, "value.faithful")[0].status == status
