"""The recipes by name, read-only; a recipe of the user's by itself or in a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import fire_ref
from fire_ref.models.recipe import Recipe
from fire_ref.models.recipes import RECIPES, recipe_named
from fire_ref.models.rule import Rule

#: Of the contract, and the second scaler of the official SAC code.
NAMES = ["official", "resnet", "vgg", "vit", "gpt", "gpt-hf", "llama", "bert", "dqn", "simba", "simba-ortho"]


def test_the_names_are_the_contract() -> None:
    assert sorted(RECIPES) == sorted(NAMES)
    assert fire_ref.RECIPES is RECIPES
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert all(isinstance(recipe, Recipe) and recipe.source for recipe in RECIPES.values())


def test_they_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        RECIPES["mine"] = RECIPES["gpt"]  # type: ignore[index]
    with pytest.raises(TypeError):
        del RECIPES["gpt"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_by_name_or_as_it_is(name: str) -> None:
    assert recipe_named("f", name) is RECIPES[name]
    assert recipe_named("f", RECIPES[name]) is RECIPES[name]


class Bytes:
    """A path that is spelled in bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return os.fsencode(self.path)


@pytest.mark.parametrize("kind", [str, Path, Bytes])
def test_a_file_of_the_users(tmp_path: Path, kind: Any) -> None:
    for name in ("mine.toml", "MINE.TOML"):
        (tmp_path / name).write_text('name = "ours"\n[[rules]]\npattern = "fc"', encoding="utf-8")
        found = recipe_named("f", kind(tmp_path / name))
        assert (found.name, found.rules) == ("ours", (Rule("fc"),))


def test_a_path_is_a_file_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "gpt").write_text("[[rules]]", encoding="utf-8")
    assert recipe_named("f", tmp_path / "gpt").rules == (Rule(),)
    with pytest.raises(FileNotFoundError, match=r"^f: gpt-2 must be readable; got No such file or directory\. Try"):
        recipe_named("f", Path("gpt-2"))


@pytest.mark.parametrize("name", ["Official", "", "gpt ", "gpt2", "auto", "mine.tom"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    names = ", ".join(repr(known) for known in RECIPES)
    with pytest.raises(
        ValueError, match=rf"^f: recipe must be one of {names}; got {name!r}\. Try recipe='official'\.$"
    ):
        recipe_named("f", name)


@pytest.mark.parametrize("wrong", [None, 3, b"official", ["official"], Rule("fc"), Recipe])
def test_what_is_no_name_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^f: recipe must be a name; got .*\. Try recipe='official'\.$"):
        recipe_named("f", wrong)
