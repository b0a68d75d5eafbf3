"""One projected tensor of a network: its results and its mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.declaring import dialect_of
from fire_ref.conformance.states.gathering import Gathered
from fire_ref.conformance.states.networks import networks
from fire_ref.conformance.states.weights import judge_weight
from fire_ref.models import Recipe, Rule

from .mutants import C_ATTN
from .small import network


def judged(recipe: str, names: list[str], edit: dict[str, Any] | None = None, **options: Any) -> Gathered:
    before = network(recipe)
    after, _ = fire_ref.reinitialize(before, recipe, **options)
    both = networks("f", before, after | (edit or {}), recipe, None, None)
    gathered = Gathered()
    for name in names:
        judge_weight(both, name, None, gathered, tied=False)
    return gathered


def test_every_block_has_its_results_and_its_case() -> None:
    found = judged("gpt", [C_ATTN])
    blocks = [f"{C_ATTN}[rows {a}:{a + 24}]" for a in (0, 24, 48)]
    assert list(found.cases) == blocks
    assert [one.case for one in found.results if one.check == "value.faithful"] == blocks
    assert {one.status for one in found.results if one.check == "value.faithful"} == {"pass"}
    assert found.mistakes == []
    assert "72 x 24 float32: newton-schulz, k = 5" in found.cases[blocks[0]]
    assert [one.tensor for one in found.lagging] == [C_ATTN] * 3


@pytest.mark.parametrize("shape", [(12, 3, 3, 3), (12, 3, 1, 1)])
def test_groups_of_a_convolution_are_weights_of_their_own(shape: tuple[int, ...]) -> None:
    recipe = Recipe("grouped", "a test", (Rule(groups=4, steps=5),))
    before = {"conv.weight": np.random.default_rng(0).standard_normal(shape)}
    right, _ = fire_ref.reinitialize(before, recipe)
    whole, _ = fire_ref.reinitialize(before, "official", steps=5)
    for after, fails in ((right, False), (whole, True)):
        both = networks("f", before, after, recipe, None, None)
        gathered = Gathered()
        judge_weight(both, "conv.weight", None, gathered, tied=False)
        assert bool(gathered.mistakes) is fails
        assert (gathered.results[0].status == "fail") is fails


def test_nan_before_is_refused_as_fire_refuses_it() -> None:
    before = network("official")
    before["fc.weight"][0, 0] = np.nan
    both = networks("f", before, dict(before), "official", None, None)
    gathered = Gathered()
    judge_weight(both, "fc.weight", None, gathered, tied=False)
    assert [one.code for one in gathered.mistakes] == ["NONFINITE_ACCEPTED"]
    assert gathered.results[0].status == "fail"


def test_zero_weights_may_be_completed_by_the_exact_factor_and_not_by_steps() -> None:
    before = network("official") | {"fc.weight": np.zeros((48, 24), np.float32)}
    after, _ = fire_ref.reinitialize(before, "official", method="svd")
    both = networks("f", before, after, "official", None, None)
    for dialect, statuses, code in (("paper", {"pass"}, "RANK_POLICY"), (None, {"fail"}, "UNEXPLAINED")):
        gathered = Gathered()
        judge_weight(both, "fc.weight", dialect_of("f", dialect), gathered, tied=False)
        assert {one.status for one in gathered.results} == statuses
        assert [one.code for one in gathered.mistakes] == [code]
        assert gathered.mistakes[0].severity == ("note" if dialect else "error")
