"""The recipes by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from ..errors import sentence
from .official_recipes import OFFICIAL_RECIPES
from .other_recipes import OTHER_RECIPES
from .recipe import Recipe

#: Recipes by name.
RECIPES: Mapping[str, Recipe] = MappingProxyType({one.name: one for one in (*OFFICIAL_RECIPES, *OTHER_RECIPES)})


def recipe_named(function: str, recipe: object) -> Recipe:
    """
    Return a recipe by its name, or from a file of the user's.

    Parameters
    ----------
    function : str
        Who asks.
    recipe : str, path or Recipe
        The caller's. What ends in .toml is a file.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        There is none of that name, or the file holds none.
    TypeError
        Neither a name nor a recipe.
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, os.PathLike) or (isinstance(recipe, str) and recipe.lower().endswith(".toml")):
        from .recipe_file import read_recipe  # tomllib is needed here only

        return read_recipe(function, os.fsdecode(recipe))
    if not isinstance(recipe, str):
        raise TypeError(sentence(function, "recipe", "be a name", repr(recipe), "recipe='official'"))
    if recipe not in RECIPES:
        names = ", ".join(repr(name) for name in RECIPES)
        raise ValueError(sentence(function, "recipe", f"be one of {names}", repr(recipe), "recipe='official'"))
    return RECIPES[recipe]
