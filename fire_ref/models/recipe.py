"""Recipes: which tensors of a network FIRE takes, and how. Data, not code paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import sentence


@dataclass(frozen=True)
class Recipe:
    """
    How one variant of FIRE treats a network.

    Attributes
    ----------
    name : str
        As users ask for it.
    source : str
        Where it comes from.
    axes : frozenset of int
        A weight with so many axes is taken.
    owners : frozenset of str
        The kinds of layer whose weight is taken, where the kind is known (a live module); a plain state tells only
        shapes.
    method : {"svd", "fast", "newton-schulz"}
        What computes the isometry.
    steps : int
        Of Newton-Schulz.
    eps : float
        Added to the norm.
    gain : str or float
        As in `fire`.
    """

    name: str
    source: str
    axes: frozenset[int]
    owners: frozenset[str]
    method: str = "newton-schulz"
    steps: int = 10
    eps: float = 0.0
    gain: str | float = "fan"

    def leaves(self, axes: int, owner: str | None) -> str | None:
        """
        Say why this recipe leaves a weight alone, or None if it takes it.

        Parameters
        ----------
        axes : int
            How many the weight has.
        owner : str or None
            The kind of layer that holds it, where known.

        Returns
        -------
        str or None
        """
        kinds = " and ".join(sorted(self.owners))
        if owner is not None and owner not in self.owners:
            return f"{owner}: recipe {self.name!r} takes the weights of {kinds} only"
        if axes not in self.axes:
            taken = " and ".join(str(n) for n in sorted(self.axes))
            return f"{axes} axes: recipe {self.name!r} takes weights with {taken}"
        return None


_OFFICIAL = Recipe(
    name="official",
    source="official vision code, `fire.py`: every nn.Linear and nn.Conv2d weight, heads included",
    axes=frozenset({2, 4}),
    owners=frozenset({"Linear", "Conv2d"}),
)

#: Recipes by name.
RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in (_OFFICIAL,)})


def recipe_named(function: str, recipe: object) -> Recipe:
    """
    Return a recipe by its name.

    Parameters
    ----------
    function : str
        Who asks.
    recipe : str or Recipe
        The caller's.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        There is none of that name.
    TypeError
        Neither a name nor a recipe.
    """
    if isinstance(recipe, Recipe):
        return recipe
    if not isinstance(recipe, str):
        raise TypeError(sentence(function, "recipe", "be a name", repr(recipe), "recipe='official'"))
    if recipe not in RECIPES:
        names = ", ".join(repr(name) for name in RECIPES)
        raise ValueError(sentence(function, "recipe", f"be one of {names}", repr(recipe), "recipe='official'"))
    return RECIPES[recipe]
