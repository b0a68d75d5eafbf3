"""The checks on values, each passing and failing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance import judgements
from fire_ref.conformance.case import Case, turned
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.evidence import Observation
from fire_ref.conformance.outcomes import Finding
from fire_ref.conformance.precision import Host

from .observed import case, evidence, graded, observation

PAPER, OFFICIAL = DIALECTS["paper"], DIALECTS["official"]
RNG = np.random.default_rng(11)
W = graded(RNG, 9, 5, 30.0)
X, Q = fire_ref.newton_schulz(W, 10), fire_ref.polar_factor(W)


def say(check: Any, seen: Observation, *others: Observation) -> Finding | None:
    return check(evidence(seen, *others, dialect=seen.dialect, level=seen.level), seen)


def status(check: Any, seen: Observation, *others: Observation) -> str:
    found = say(check, seen, *others)
    return found.status if found is not None else "silent"


def test_finite_numbers_pass_and_others_are_counted() -> None:
    assert status(judgements.finite, observation(W, X)) == "pass"
    wrong = X.copy()
    wrong[0, :2] = np.nan, np.inf
    found = say(judgements.finite, observation(W, wrong))
    assert found is not None
    assert (found.status, found.text) == ("fail", "2 of 45 numbers are not finite")
    for flag in ("purity", "zero", "scale", "rank"):
        assert status(judgements.finite, observation(W, wrong, flag)) == "silent"
    assert status(judgements.finite, observation(W, wrong, verdict="invalid")) == "silent"


def test_the_declared_answer_is_faithful_and_another_is_not() -> None:
    assert status(judgements.faithful, observation(W, X)) == "pass"
    assert status(judgements.faithful, observation(W, Q)) == "fail"
    assert status(judgements.faithful, observation(W, Q, dialect=PAPER)) == "silent"


def test_the_polar_factor_converges_and_an_iterate_does_not() -> None:
    assert status(judgements.converges, observation(W, Q, dialect=PAPER)) == "pass"
    assert status(judgements.converges, observation(W, Q)) == "pass"
    far = graded(np.random.default_rng(1), 9, 5, 1e5)
    for wrong in (fire_ref.newton_schulz(far, 10), 1.01 * fire_ref.polar_factor(far)):
        found = say(judgements.converges, observation(far, wrong))
        assert found is not None
        assert found.status == "fail"
        assert found.text.startswith(("||QtQ-I||/sqrt p = ", "||QH-W||/||W|| = "))
    found = say(judgements.converges, observation(W, Q))
    assert found is not None
    assert found.bound == 1.0
    assert found.text.startswith("distance to the factor ")


@pytest.mark.parametrize("check", [judgements.faithful, judgements.converges])
def test_only_valid_cases_of_their_own_are_judged(check: Any) -> None:
    for flag in ("purity", "moved"):
        assert status(check, observation(W, W, flag)) == "silent"
    assert status(check, observation(W, W, verdict="acceptable")) == "silent"


def moved(kind: str, answer: Host, dialect: Any = OFFICIAL, base: Host = X) -> tuple[Observation, Observation]:
    given = W.T if kind == "transposed" else turned(W)
    about = case(given, "moved", kind, name=kind, base="probe")
    seen = observation(given, answer, dialect=dialect, about=about)
    return seen, observation(W, base, dialect=dialect, about=case(W, "probe", name="probe"))


@pytest.mark.parametrize("kind", ["turned", "transposed"])
def test_moving_the_input_moves_the_answer(kind: str) -> None:
    right, exact = (X.T, Q.T) if kind == "transposed" else (turned(X), turned(Q))
    assert status(judgements.moved, *moved(kind, right)) == "pass"
    assert status(judgements.moved, *moved(kind, exact, PAPER, Q)) == "pass"
    assert status(judgements.moved, *moved(kind, 1.001 * right)) == "fail"
    assert status(judgements.moved, *moved(kind, right[::-1])) == "fail"
    assert status(judgements.moved, *moved(kind, right, base=X * np.nan)) == "silent"
    assert status(judgements.moved, moved(kind, right)[0]) == "silent"
    assert status(judgements.moved, observation(W, X)) == "silent"


def test_a_stack_is_each_matrix_by_itself() -> None:
    stack = np.stack([W, 3 * W[::-1]])
    own = fire_ref.newton_schulz(stack, 10)
    mixed = fire_ref.newton_schulz(stack / np.linalg.norm(stack), 10, normalization="none")
    assert status(judgements.stack, observation(stack, own, "stack")) == "pass"
    assert status(judgements.stack, observation(stack, mixed, "stack")) == "fail"
    exact = fire_ref.polar_factor(stack)
    assert status(judgements.stack, observation(stack, exact, "stack", dialect=PAPER)) == "pass"
    assert status(judgements.stack, observation(stack, mixed, "stack", dialect=PAPER)) == "fail"
    assert status(judgements.stack, observation(stack, own)) == "silent"


def test_scale_does_not_matter_even_where_the_dialect_adds_an_eps() -> None:
    small = W * 1e-12
    right = fire_ref.newton_schulz(small, 5, coefficients="muon")
    floored = fire_ref.newton_schulz(small, 5, coefficients="muon", eps=1e-7)
    muon = DIALECTS["muon"]
    assert status(judgements.scale, observation(small, right, "scale", dialect=muon)) == "pass"
    assert status(judgements.scale, observation(small, floored, "scale", dialect=muon)) == "fail"
    assert status(judgements.scale, observation(small, Q, "scale", dialect=PAPER)) == "pass"
    assert status(judgements.scale, observation(small, 0 * Q, "scale", dialect=PAPER)) == "fail"
    assert status(judgements.scale, observation(small, right * np.inf, "scale")) == "fail"
    assert status(judgements.scale, observation(small, right)) == "silent"


def test_at_the_largest_numbers_the_scale_does_not_matter_either() -> None:
    huge = W / np.linalg.norm(W, 2) * (np.finfo(np.float64).max / 2)
    for name in ("official", "muon", "paper"):
        dialect = DIALECTS[name]
        asked = {"coefficients": "muon"} if name == "muon" else {}
        right = Q if dialect.exact else fire_ref.newton_schulz(huge, dialect.steps, **asked)
        assert status(judgements.scale, observation(huge, right, "scale", dialect=dialect)) == "pass"
        assert status(judgements.scale, observation(huge, 0 * right, "scale", dialect=dialect)) == "fail"


def deficient() -> tuple[Host, Host, Host]:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    s[-2:] = 0
    return (U * s) @ Vh, U[:, -2:], Vh[-2:]


@pytest.mark.parametrize(("size", "name"), [(0.0, "zero"), (1.0, "completed"), (0.4, "noise")])
def test_the_rest_of_a_deficient_matrix_is_recorded_not_judged(size: float, name: str) -> None:
    D, U, Vh = deficient()
    for dialect, answer in ((OFFICIAL, fire_ref.newton_schulz(D, 10)), (PAPER, fire_ref.polar_factor(D) - U @ Vh)):
        null = answer @ Vh.T @ Vh
        answer = answer - null + size * U @ Vh
        found = say(judgements.rank, observation(D, answer, "rank", dialect=dialect))
        assert found is not None
        assert found.status == "pass"
        assert found.text.startswith(f"null space: {name} (")
        assert found.text.endswith(" of a completion)")
        assert not size or f"({size:.2g} of" in found.text
        wrong = observation(D, 1.01 * answer, "rank", dialect=dialect)
        assert status(judgements.rank, wrong) == "fail"
    assert status(judgements.rank, observation(D, D * np.nan, "rank")) == "fail"
    assert status(judgements.rank, observation(D, D)) == "silent"


def test_a_policy_is_relative_to_the_gain_and_full_rank_has_none() -> None:
    D, U, Vh = deficient()
    gain = (9 / 5) ** 0.5
    assert judgements.policy(observation(D, gain * U @ Vh, level="weight")).startswith("null space: completed")
    assert judgements.policy(observation(W, X)) == "full rank in this dtype"
    one = observation(D[:, :, None, None], gain * (U @ Vh)[:, :, None, None], level="weight")
    assert judgements.policy(one).startswith("null space: completed")


def test_zero_may_stay_or_be_completed_and_not_become_nan() -> None:
    Z = np.zeros((4, 3))
    found = [say(judgements.zero, observation(Z, answer, "zero")) for answer in (Z, np.eye(4, 3), Z * np.nan)]
    assert [one.status for one in found if one] == ["recorded", "recorded", "fail"]
    assert found[0] is not None
    assert found[0].text == "zero stays zero"
    assert found[0] != found[1]
    assert status(judgements.zero, observation(Z, Z)) == "silent"


def test_nan_may_be_passed_on_and_not_hidden() -> None:
    bad = W.copy()
    bad[0, 0] = np.nan
    assert status(judgements.nonfinite, observation(bad, bad, "nonfinite", "nan")) == "recorded"
    found = say(judgements.nonfinite, observation(bad, X, "nonfinite", "nan"))
    assert found is not None
    assert (found.status, found.text) == ("fail", "finite numbers for one NaN")
    found = say(judgements.nonfinite, observation(bad, X, "nonfinite", "inf"))
    assert found is not None
    assert found.text == "finite numbers for one inf"
    assert status(judgements.nonfinite, observation(bad, X)) == "silent"


def test_a_case_can_be_made_by_hand() -> None:
    assert isinstance(case(W), Case)
