"""A recipe in a TOML file of the user's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..errors import sentence
from .recipe import Recipe
from .rule import Rule
from .split import ROWS, Split

_RULE = frozenset(field.name for field in fields(Rule) if field.init)
#: Bytes; a recipe is a page of text.
LONGEST = 1 << 20
_ANOTHER = "another path, or a name of fire_ref.RECIPES"


def read_recipe(function: str, path: str) -> Recipe:
    """
    Read a recipe.

    Parameters
    ----------
    function : str
        Who asks.
    path : str
        A TOML file: ``name`` and ``source`` (optional), ``tied``, a list of pairs of ends of names, and a table
        ``[[rules]]`` for each rule, with the fields of `Rule`; ``split = { axis = "rows", shares = [1, 1, 1] }``.

    Returns
    -------
    Recipe
        Its name is that of the file where it has none.

    Raises
    ------
    ValueError
        No such file of TOML, or what it holds is no recipe.
    OSError
        It cannot be read.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise type(error)(sentence(function, path, "be readable", error.strerror, _ANOTHER)) from None
    except ValueError as error:  # a NUL in the path
        raise ValueError(sentence(function, path, "be readable", error, _ANOTHER)) from None
    if len(text) > LONGEST:
        raise ValueError(sentence(function, path, f"be at most {LONGEST} bytes", "more", "a recipe's own file"))
    try:
        told = tomllib.loads(text.decode("utf-8"))
        return _recipe(told, place)
    except (ValueError, TypeError, RecursionError) as error:
        what = str(error).split(" Try ")[0].rstrip(".")
        advice = "the example in fire_ref/models/README.md"
        raise ValueError(sentence(function, path, "be a recipe in TOML", what, advice)) from None


def _recipe(told: Mapping[str, Any], place: Path) -> Recipe:
    _require_known(told, frozenset({"name", "source", "rules", "tied"}), "the file")
    rules = told.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ValueError("rules that are no [[rules]] tables")
    tied = told.get("tied", [])
    if not isinstance(tied, list) or not all(isinstance(pair, list) for pair in tied):
        raise ValueError("tied that is no list of pairs")
    return Recipe(
        told.get("name", place.stem),
        told.get("source", str(place)),
        tuple(_rule(rule, number) for number, rule in enumerate(rules, 1)),
        tuple(tuple(pair) for pair in tied),
    )


def _rule(told: Mapping[str, Any], number: int) -> Rule:
    _require_known(told, _RULE, f"rule {number}")
    values: dict[str, Any] = dict(told)
    if isinstance(values.get("source"), str):
        values["source"] = (values["source"],)
    try:
        if "split" in values:
            values["split"] = _split(values["split"])
        return Rule(**values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"rule {number}: {error}") from None


def _split(told: object) -> Split:
    if not isinstance(told, dict):
        raise ValueError("split that is no table")
    _require_known(told, frozenset({"axis", "shares"}), "split")
    return Split(told.get("axis", ROWS), told.get("shares", (1, 1, 1)))


def _require_known(told: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(told) - known)
    if unknown:
        near = get_close_matches(unknown[0], known, 1)
        hint = f"meant: {near[0]}" if near else f"known: {', '.join(sorted(known))}"
        raise ValueError(f"{where} with an unknown field {unknown[0]!r} ({hint})")
