"""From a wrong weight to its mistake: what a network's mutants do not show."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.diagnosing import Suspect, diagnose
from fire_ref.conformance.states.mistake import Mistake

from .pieces import block


def suspect(W: Any, Y: Any, edges: tuple[int, ...] = (), *, tied: bool = False, **rule: Any) -> list[Mistake]:
    whole = block(W, Y, **({"steps": 5} | rule))
    declared = edges or (0, len(W))
    wrong = [whole.part(0, a, b) for a, b in pairwise(declared)] if edges else [whole]
    return diagnose(Suspect(whole, wrong, declared, 0, ("rows", "columns"), tied, "OI"))


def codes(found: list[Mistake]) -> list[str]:
    return [one.code for one in found]


def pieces(W: Any, edges: tuple[int, ...], k: int) -> Any:
    parts = [W[a:b] for a, b in pairwise(edges)]
    return np.concatenate([fire_ref.fire(part, method="newton-schulz", steps=k) for part in parts])


@pytest.mark.parametrize("seed", range(3))
def test_blocks_that_are_cut_right_and_computed_wrong_are_no_boundary(seed: int) -> None:
    W = np.random.default_rng(seed).standard_normal((72, 24))
    thirds = (0, 24, 48, 72)
    found = suspect(W, pieces(W, thirds, 4), thirds)
    assert codes(found) == ["WRONG_STEPS"]
    assert "2 more blocks" in found[0].evidence
    assert codes(suspect(W, 2 * pieces(W, thirds, 5), thirds)) == ["WRONG_GAIN"]
    assert codes(suspect(W, 2 * pieces(W, thirds, 4), thirds)) == ["WRONG_STEPS", "WRONG_GAIN"]


def test_a_boundary_is_found_even_where_the_blocks_took_other_steps(rng: np.random.Generator) -> None:
    W = rng.standard_normal((72, 24))
    (found,) = suspect(W, pieces(W, (0, 20, 72), 7), (0, 24, 48, 72))
    assert found.code == "QKV_BOUNDARY"
    assert "0:20, 20:72" in found.evidence
    assert "0 of 2 fit" in found.evidence
    assert found.confidence < 0.9


def test_shards_of_declared_blocks(rng: np.random.Generator) -> None:
    W = rng.standard_normal((72, 24))
    halves = tuple(range(0, 73, 12))
    assert codes(suspect(W, pieces(W, halves, 5), (0, 24, 48, 72))) == ["QKV_BOUNDARY"]  # six equal blocks
    grouped = (0, 24, 48, 54, 60, 66, 72)
    assert codes(suspect(W, pieces(W, grouped, 5), (0, 48, 60, 72))) == ["SHARD_LOCAL"]


def test_a_tied_tensor_that_took_other_steps_is_not_taken_twice(rng: np.random.Generator) -> None:
    U, _, Vh = np.linalg.svd(rng.standard_normal((40, 24)), full_matrices=False)
    W = (U * np.geomspace(1, 1e-3, 24)) @ Vh
    made = fire_ref.fire(W, method="newton-schulz", steps=7)
    assert codes(suspect(W, made, tied=True)) == ["WRONG_STEPS"]
    twice = fire_ref.fire(fire_ref.fire(W, method="newton-schulz", steps=5), method="newton-schulz", steps=5)
    assert codes(suspect(W, twice, tied=True)) == ["TIED_TWICE"]
    assert codes(suspect(W, twice)) == ["WRONG_STEPS"]


def test_what_nothing_explains_is_said_to_be_so(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16))
    assert codes(suspect(W, rng.standard_normal(W.shape))) == ["UNEXPLAINED"]
