"""Recipes are data: which weights the official code takes, how, and the sentence for each that it leaves."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.models.recipe import Recipe, recipe_named

OFFICIAL = fire_ref.RECIPES["official"]


def test_the_official_recipe_is_that_of_the_vision_code() -> None:
    """FACTS 4: k = 10, Frobenius without eps, Linear and Conv2d, gain by fan."""
    assert (OFFICIAL.method, OFFICIAL.steps, OFFICIAL.eps, OFFICIAL.gain) == ("newton-schulz", 10, 0.0, "fan")
    assert OFFICIAL.axes == {2, 4}
    assert OFFICIAL.owners == {"Linear", "Conv2d"}
    assert "fire.py" in OFFICIAL.source


def test_recipes_are_found_by_name_and_cannot_be_changed() -> None:
    assert all(recipe.name == name for name, recipe in fire_ref.RECIPES.items())
    with pytest.raises(TypeError):
        fire_ref.RECIPES["mine"] = OFFICIAL
    with pytest.raises(dataclasses.FrozenInstanceError):
        OFFICIAL.steps = 5


@pytest.mark.parametrize("axes", [2, 4])
@pytest.mark.parametrize("owner", [None, "Linear", "Conv2d"])
def test_matrices_and_kernels_of_known_or_unknown_owner_are_taken(axes: int, owner: str | None) -> None:
    assert OFFICIAL.leaves(axes, owner) is None


@pytest.mark.parametrize("axes", [1, 3, 5])
def test_other_numbers_of_axes_are_left_with_a_reason(axes: int) -> None:
    assert OFFICIAL.leaves(axes, None) == f"{axes} axes: recipe 'official' takes weights with 2 and 4"


@pytest.mark.parametrize("owner", ["Embedding", "ConvTranspose2d", "MultiheadAttention.in_proj_weight"])
def test_other_owners_are_left_with_a_reason(owner: str) -> None:
    assert OFFICIAL.leaves(2, owner) == f"{owner}: recipe 'official' takes the weights of Conv2d and Linear only"


def test_a_recipe_by_name_or_as_it_is() -> None:
    assert recipe_named("f", "official") is OFFICIAL
    assert recipe_named("f", OFFICIAL) is OFFICIAL


@pytest.mark.parametrize("name", ["Official", "", "gpt "])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    names = ", ".join(repr(known) for known in fire_ref.RECIPES)
    with pytest.raises(
        ValueError, match=rf"^f: recipe must be one of {names}; got {name!r}\. Try recipe='official'\.$"
    ):
        recipe_named("f", name)


@pytest.mark.parametrize("wrong", [None, 3, b"official", ["official"]])
def test_what_is_no_name_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^f: recipe must be a name; got .*\. Try recipe='official'\.$"):
        recipe_named("f", wrong)


def test_a_recipe_of_ones_own_decides_steps_eps_and_axes(rng: np.random.Generator) -> None:
    mine = Recipe("mine", "this test", frozenset({2}), frozenset({"Linear"}), steps=3, eps=0.5)
    state = {"fc": rng.standard_normal((4, 3)), "conv": rng.standard_normal((4, 3, 2, 2))}
    new, report = fire_ref.reinitialize(state, mine)
    assert np.array_equal(new["fc"], fire_ref.fire(state["fc"], method="newton-schulz", steps=3, eps=0.5))
    assert new["conv"] is state["conv"]
    assert (report.recipe, report.method, report.steps) == ("mine", "newton-schulz", 3)
    assert report.skipped == {"conv": "4 axes: recipe 'mine' takes weights with 2"}
    # Zero over eps is zero: only a division by zero is refused.
    assert not fire_ref.reinitialize({"fc": np.zeros((2, 2))}, mine)[0]["fc"].any()
