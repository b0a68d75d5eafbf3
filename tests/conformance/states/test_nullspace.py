"""Where a weight was zero: what is right there passes, and garbage never does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.emulation import emulations
from fire_ref.conformance.precision import numpy_dtype
from fire_ref.conformance.states.grading import downcast, grade
from fire_ref.conformance.states.nullspace import after_factor, after_steps
from fire_ref.conformance.states.verification import verify_state

from .pieces import block
from .small import network

DTYPES = ("float64", "float32", "float16", "bfloat16")


def deficient(rng: np.random.Generator, shape: tuple[int, int], kind: str, dtype: str) -> Any:
    W = rng.integers(-3, 4, (shape[0], 5)) @ rng.integers(-3, 4, (5, shape[1])) / 8.0
    if kind == "dead":
        W = rng.standard_normal(shape)
        W[3], W[:, 5] = 0.0, 0.0
    return W.astype(numpy_dtype(dtype))


def orthogonal(W: Any, policy: str) -> Any:
    """Return the factor, with nothing, an isometry or noise in the null space."""
    U, s, Vh = np.linalg.svd(W.astype(np.float64), full_matrices=False)
    null = s < s[0] * 1e-12
    if policy == "zero":
        return U[:, ~null] @ Vh[~null]
    middle = {"completed": 1.0, "garbage": 100.0, "half": 0.5}[policy]
    return (U * np.where(null, middle, 1.0)) @ Vh


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(24, 16), (16, 24), (16, 16)])
def test_the_null_space_of_an_exact_factor_is_zero_or_an_isometry(
    rng: np.random.Generator, dtype: str, shape: tuple[int, int]
) -> None:
    W = deficient(rng, shape, "product", dtype)
    gain = block(W, W).fan
    for policy, status in (("zero", "pass"), ("completed", "pass"), ("garbage", "fail"), ("half", "fail")):
        Y = (gain * orthogonal(W, policy)).astype(numpy_dtype(dtype))
        assert grade(block(W, Y, dtype=dtype, method="svd")).status == status, policy
    U, _, Vh = np.linalg.svd(W.astype(np.float64))
    Y = gain * (orthogonal(W, "zero") + 0.7 * np.outer(U[:, 0], Vh[-1]))  # from the null space into the range
    assert grade(block(W, Y, dtype=dtype, method="svd")).status == "fail"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["product", "dead"])
@pytest.mark.parametrize("dialect", ["official", "muon"])
def test_steps_in_any_precision_pass_and_more_than_noise_does_not(
    rng: np.random.Generator, dtype: str, kind: str, dialect: str
) -> None:
    W = deficient(rng, (24, 16), kind, dtype)
    told = block(W, W, dialect=dialect, dtype=dtype)
    computing = dtype if dialect == "official" else "bfloat16"
    U, _, Vh = np.linalg.svd(W.astype(np.float64))
    for X in emulations(W.astype(np.float64), told.declared.dialect, computing):
        Y = (X * told.gains[0]).astype(numpy_dtype(dtype))
        assert grade(block(W, Y, dialect=dialect, dtype=dtype)).status in ("pass", "coarse", "inconclusive")
        wrong = Y + 100 * np.outer(U[:, -1], Vh[-1])
        assert grade(block(W, wrong, dialect=dialect, dtype=dtype)).status == "fail"


@pytest.mark.parametrize("k", [5, 10, 40])
def test_no_number_of_steps_excuses_more_than_its_polynomial_can_answer(rng: np.random.Generator, k: int) -> None:
    W = deficient(rng, (24, 16), "product", "float32")
    U, _, Vh = np.linalg.svd(W.astype(np.float64))
    Y = fire_ref.fire(W, method="newton-schulz", steps=k)
    assert grade(block(W, Y, steps=k)).status == "pass"
    assert grade(block(W, Y + 2 * np.outer(U[:, -1], Vh[-1]), steps=k)).status == "fail"


def test_zeros_stay_zero_under_every_polynomial(rng: np.random.Generator) -> None:
    W = deficient(rng, (24, 16), "dead", "float32")
    Y = fire_ref.fire(W, method="newton-schulz")
    assert after_steps(block(W, Y), "float32", 1e-5).ratio < 1
    for size in (1e-3, 1.0, 1000.0):
        wrong = Y.copy()
        wrong[3, 5] = size
        found = after_steps(block(W, wrong), "float32", 1e-5)
        assert found.ratio > 1
        assert found.size == pytest.approx(size / block(W, W).fan, rel=1e-3)
        assert after_factor(block(W, wrong, method="svd")).ratio > 1
    assert downcast(block(W, wrong, method="svd", dtype="float64")) == ""


@pytest.mark.parametrize(
    ("dialect", "size"), [(None, 1e-3), (None, 1.0), (None, 1e3), ("official", 1e3), ("muon", 1e3)]
)
def test_a_number_where_row_and_column_are_dead_is_an_error(dialect: str | None, size: float) -> None:
    before = network("official")
    before["fc.weight"][3], before["fc.weight"][:, 5] = 0.0, 0.0
    after, _ = fire_ref.reinitialize(before, "official")
    if dialect != "muon":
        assert verify_state(before, after, recipe="official", dialect=dialect).passed
    after["fc.weight"] = after["fc.weight"].copy()
    after["fc.weight"][3, 5] = size
    report = verify_state(before, after, recipe="official", dialect=dialect)
    assert not report.passed
    assert "fc.weight" in {one.tensor for one in report.diagnoses if one.severity == "error"}
    if dialect is None:
        assert "rows or columns of zeros of BEFORE" in report.diagnoses[0].evidence


@pytest.mark.parametrize(("recipe", "dialect"), [("official", "paper"), ("simba", None), ("simba", "paper")])
def test_a_zero_matrix_of_a_stack_is_not_filled(recipe: str, dialect: str | None) -> None:
    before = network(recipe)
    place, at = (before, "conv.weight") if recipe == "official" else (before["critic"]["Dense_0"], "kernel")
    where: Any = (slice(None), slice(None), 1, 1) if recipe == "official" else 1
    after, _ = fire_ref.reinitialize(before, recipe, method="svd" if dialect else None)
    place[at][where] = 0.0
    ends = [after] if recipe == "official" else [after[one]["Dense_0"] for one in ("critic", "target_critic")]
    for size in (0.0, 1e5):
        for end in ends:
            end[at] = np.array(end[at])
            end[at][where] = size
        report = verify_state(before, after, recipe=recipe, dialect=dialect)
        assert report.passed is (size == 0.0), str(report)


@pytest.mark.parametrize("method", ["svd", None])
def test_a_zero_weight_is_confirmed_with_a_note(method: str | None) -> None:
    before = network("official")
    after, _ = fire_ref.reinitialize(before, "official", method=method)
    before["fc.weight"][...] = 0.0
    only = {"fc.weight": before["fc.weight"]}
    dialect = "paper" if method else None
    right = [np.zeros_like(only["fc.weight"])]
    right += [fire_ref.reinitialize(only, "official", method="svd")[0]["fc.weight"]] if method else []
    for value in right:
        for old, new in ((only, {"fc.weight": value}), (before, after | {"fc.weight": value})):
            report = verify_state(old, new, recipe="official", dialect=dialect)
            assert report.passed, str(report)
            assert ("RANK_POLICY", "note") in [(one.code, one.severity) for one in report.diagnoses]
    for wrong in (right[-1] + 3.0, right[-1] + np.eye(48, 24, dtype=np.float32) * 0.5):
        assert not verify_state(only, {"fc.weight": wrong}, recipe="official", dialect=dialect).passed


@pytest.mark.parametrize("method", ["svd", None])
def test_a_zero_query_is_confirmed(method: str | None) -> None:
    name = "transformer.h.0.attn.c_attn.weight"
    before = network("gpt")
    after, _ = fire_ref.reinitialize(before, "gpt", method=method)
    before[name][:24] = 0.0
    after[name] = after[name].copy()
    after[name][:24] = 0.0
    assert verify_state(before, after, recipe="gpt", dialect="paper" if method else None).passed
    after[name][:24] = 7.0
    assert not verify_state(before, after, recipe="gpt", dialect="paper" if method else None).passed
