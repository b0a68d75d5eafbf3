"""What the report says: how, what became of each tensor, what was left and why, what took the place of the rules."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.layout import DEFAULTS
from fire_ref.models.deciding import Decisions, decide
from fire_ref.models.recipe import Recipe
from fire_ref.models.report import ReinitReport, left, method_and_steps, overridden, said
from fire_ref.models.rule import Rule
from fire_ref.models.state import tensors
from fire_ref.models.way import Overrides, Way

FIVE, TEN, EXACT = (
    Way(method, k, 0.0, "fan") for method, k in (("newton-schulz", 5), ("newton-schulz", 10), ("svd", 10))
)
RECIPE = Recipe(
    "mine",
    "this test",
    (
        Rule("^fc", axes={2}, steps=5),
        Rule("^head", axes=[2], owners=["Linear"], steps=7),  # lists: rules are counted in sets
        Rule("^exact", axes={2}, method="svd"),
        Rule("^old", "reset"),
        Rule("^target", "copy", source=("fc",)),
        Rule("^table", "leave", reason="a table"),
    ),
)
STATE = {
    "bias": np.ones(3),
    "table": np.eye(3),
    "conv": np.ones((2, 2, 2, 2)),
    "fc": np.eye(3),
    "experts": np.ones((4, 3, 3)),
    "count": np.array(3),
    "forgotten": np.eye(3),
    "head": 2 * np.eye(3),
    "exact": 3 * np.eye(3),
    "old": np.eye(2),
    "target": np.eye(3),
}


def decided(state: dict[str, Any] = STATE, recipe: Recipe = RECIPE) -> Decisions:
    return decide("f", tensors("f", "state", state), DEFAULTS, recipe)


def report(**options: Any) -> ReinitReport:
    return fire_ref.reinitialize(STATE, RECIPE, initial={"old": np.zeros((2, 2))}, **options)[1]


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ([], ("none", None)),
        ([FIVE], ("newton-schulz", 5)),
        ([FIVE, FIVE], ("newton-schulz", 5)),
        ([FIVE, TEN], ("newton-schulz", None)),
        ([EXACT, EXACT], ("svd", None)),
        ([EXACT, FIVE], ("several", None)),
        ([EXACT, EXACT._replace(method="fast")], ("several", None)),
        ([EXACT, EXACT._replace(steps=3)], ("svd", None)),
    ],
)
def test_method_and_steps_are_told_where_all_agree(ways: list[Way], told: tuple[str, int | None]) -> None:
    assert method_and_steps({str(i): way for i, way in enumerate(ways)}) == told


@pytest.mark.parametrize(
    ("asked", "notes"),
    [
        (Overrides(), []),
        (Overrides("svd"), ["method 'svd' overrode recipe 'mine', whose rules say newton-schulz"]),
        (Overrides("fast"), ["method 'fast' overrode recipe 'mine', whose rules say newton-schulz and svd"]),
        (Overrides(None, 9), ["9 steps overrode recipe 'mine', whose rules say 5 and 7"]),
        (Overrides(None, 5), ["5 steps overrode recipe 'mine', whose rules say 7"]),
        (
            Overrides("newton-schulz", 9),
            [
                "method 'newton-schulz' overrode recipe 'mine', whose rules say svd",
                "9 steps overrode recipe 'mine', whose rules say 5 and 7 and 10",
            ],
        ),
        (Overrides("svd", 9), ["method 'svd' overrode recipe 'mine', whose rules say newton-schulz"]),
    ],
    ids=str,
)
def test_what_took_the_place_of_the_rules_is_said(asked: Overrides, notes: list[str]) -> None:
    assert overridden(decided(), asked, "mine") == notes


def test_a_wish_that_changes_nothing_is_not_said() -> None:
    same = Recipe("mine", "this test", (Rule("fc", steps=5), Rule("other", steps=7)))
    assert overridden(decided({"fc": np.eye(2)}, same), Overrides("newton-schulz", 5), "mine") == []


def test_what_nobody_spoke_of_is_listed_first_matrices_before_all() -> None:
    changed = frozenset({"fc", "head", "exact", "old", "target"})
    listed = left(decided(), changed)
    assert list(listed) == ["forgotten", "conv", "experts", "table", "bias", "count"]
    assert listed["forgotten"] == "no rule of recipe 'mine' takes it (2 axes)"
    assert listed["experts"].startswith("3 axes of unknown layout")
    assert listed["table"] == "a table"
    assert set(left(decided(), frozenset())) == set(STATE)


@pytest.mark.parametrize(
    ("name", "way", "words"),
    [
        ("fc", FIVE, "newton-schulz, k = 5"),
        ("exact", EXACT, "svd"),
        ("old", None, "reset to its initial values"),
        ("target", None, "copied from fc"),
    ],
)
def test_what_became_of_a_tensor_is_said_in_words(name: str, way: Way | None, words: str) -> None:
    assert said(decided(), name, way) == words


def test_a_tied_name_is_said_to_follow_its_first() -> None:
    shared = np.eye(3)
    decisions = decided({"fc1": shared, "fc2": shared})
    assert said(decisions, "fc1", FIVE) == "newton-schulz, k = 5"
    assert said(decisions, "fc2", FIVE) == "tied to fc1"


def test_the_whole_report_of_a_network() -> None:
    found = report()
    assert (found.recipe, found.method, found.steps) == ("mine", "several", None)
    assert found.done == {
        "fc": "newton-schulz, k = 5",
        "head": "newton-schulz, k = 7",
        "exact": "svd",
        "old": "reset to its initial values",
        "target": "copied from fc",
    }
    assert set(found.done) == set(found.changed)
    assert next(iter(found.skipped)) == "forgotten"
    assert set(found.skipped) | set(found.changed) == set(STATE)
    assert [row.name for row in found.rows] == ["fc", "head", "exact"] == list(found.dfi_after) == list(found.sfe_paid)
    assert found.notes == ()
    assert found.source == "this test"
    again = report(method="svd")
    assert (again.method, again.steps) == ("svd", None)
    assert again.notes == ("method 'svd' overrode recipe 'mine', whose rules say newton-schulz",)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.recipe = "other"
