"""A recipe is rules in order, and pairs of names that are one tensor; checked when it is made."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.models.recipe import Recipe
from fire_ref.models.rule import Rule

RULES = (Rule("fc"),)
PAIRS = "tied must be pairs of different ends of names"


def made(**given: Any) -> Recipe:
    return Recipe(**{"name": "mine", "source": "this test", "rules": RULES, **given})


def test_the_first_rule_that_matches_decides() -> None:
    leave, reset, project = Rule("fc1", "leave"), Rule("fc", "reset"), Rule()
    recipe = made(rules=(leave, reset, project))
    assert recipe.rule_of("fc1.weight", 2) is leave
    assert recipe.rule_of("fc2.weight", 2) is reset
    assert recipe.rule_of("conv", 4) is project
    assert made().rule_of("conv", 4) is None


def test_what_is_known_of_a_tensor_reaches_its_rules() -> None:
    owned, beside = Rule(owners={"Linear"}, unowned=False), Rule(beside=4)
    recipe = made(rules=(owned, beside))
    assert recipe.rule_of("w", 2, "Linear") is owned
    assert recipe.rule_of("w", 2, "Embedding") is None
    assert recipe.rule_of("b", 1, None, 4) is beside
    assert recipe.rule_of("b", 1, neighbour=2) is None
    assert made(rules=(Rule(axes={2}),)).rule_of("w", 3) is None


@pytest.mark.parametrize(("actions", "resets"), [(("project", "leave"), False), (("project", "reset"), True)])
def test_a_recipe_knows_whether_it_needs_initial_values(actions: tuple[str, ...], resets: bool) -> None:
    assert made(rules=tuple(Rule("x", action) for action in actions)).resets is resets


def test_lists_become_tuples_and_nothing_can_be_changed() -> None:
    recipe = made(rules=[*RULES], tied=[["a", "b"], ("c", "d")])
    assert recipe == made(tied=(("a", "b"), ("c", "d")))
    assert hash(recipe) == hash(made(tied=(("a", "b"), ("c", "d"))))
    assert made().tied == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.name = "other"


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"name": ""}, TypeError, "name must be a string; got ''"),
        ({"name": None}, TypeError, "name must be a string; got None"),
        ({"name": np.array(["a", "b"])}, TypeError, "name must be a string; got array("),
        ({"source": 3}, TypeError, "source must be a string; got 3"),
        ({"rules": ()}, ValueError, "rules must be at least one; got none"),
        ({"rules": Rule("fc")}, TypeError, "rules must be a tuple of rules; got Rule(pattern='fc'"),
        ({"rules": None}, TypeError, "rules must be a tuple of rules; got None"),
        ({"rules": ("fc",)}, TypeError, "rules must be a tuple of rules; got ('fc',)"),
        ({"rules": "fc"}, TypeError, "rules must be a tuple of rules; got 'fc'"),
        ({"tied": None}, TypeError, f"{PAIRS}; got None"),
        ({"tied": "ab"}, TypeError, f"{PAIRS}; got 'ab'"),
        ({"tied": ("lm_head.weight", "wte.weight")}, ValueError, f"{PAIRS}; got 'lm_head.weight'"),
        ({"tied": ("ab",)}, ValueError, f"{PAIRS}; got 'ab'"),  # not ("a", "b")
        ({"tied": (("a",),)}, ValueError, f"{PAIRS}; got ('a',)"),
        ({"tied": (("a", "b", "c"),)}, ValueError, f"{PAIRS}; got ('a', 'b', 'c')"),
        ({"tied": (("a", "a"),)}, ValueError, f"{PAIRS}; got ('a', 'a')"),
        ({"tied": (("a", ""),)}, ValueError, f"{PAIRS}; got ('a', '')"),
        ({"tied": (("a", 3),)}, ValueError, f"{PAIRS}; got ('a', 3)"),
        ({"tied": (("a", "b"), 3)}, ValueError, f"{PAIRS}; got 3"),
    ],
    ids=str,
)
def test_what_is_no_recipe_is_refused(given: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=rf"^Recipe: {re.escape(said)}.*\. Try .+\.$"):
        made(**given)


def test_a_recipe_of_ones_own_decides_steps_eps_and_axes(rng: np.random.Generator) -> None:
    mine = made(rules=(Rule("^fc", axes={2}, steps=3, eps=0.5),))
    state = {"fc": rng.standard_normal((4, 3)), "conv": rng.standard_normal((4, 3, 2, 2))}
    new, report = fire_ref.reinitialize(state, mine)
    assert np.array_equal(new["fc"], fire_ref.fire(state["fc"], method="newton-schulz", steps=3, eps=0.5))
    assert new["conv"] is state["conv"]
    assert (report.recipe, report.method, report.steps) == ("mine", "newton-schulz", 3)
    assert report.skipped == {"conv": "no rule of recipe 'mine' takes it (4 axes)"}
    # Zero over eps is zero: only a division by zero is refused.
    assert not fire_ref.reinitialize({"fc": np.zeros((2, 2))}, mine)[0]["fc"].any()
