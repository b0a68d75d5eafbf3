"""What should have become of a weight: a recipe's rule, or the dialect that was declared in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ...errors import sentence
from ...models.rule import Rule
from ...models.way import Overrides, way_of
from ..dialect import DIALECTS, K_STEP, Dialect


class Declared(NamedTuple):
    """
    A solver of single matrices, and what follows it.

    Attributes
    ----------
    dialect : Dialect
        Its gain is one.
    gain : str or float
        "fan", "norm", "mean", "muon", "moonshot" or a number.
    flat : bool
        Whether a kernel is one matrix.
    text : str
        In a few words.
    """

    dialect: Dialect
    gain: str | float
    flat: bool
    text: str


def dialect_of(function: str, name: object) -> Dialect | None:
    """
    Look a dialect up.

    Parameters
    ----------
    function : str
        Who asks.
    name : str or None
        Of `DIALECTS`, at whatever level; None for what the recipe says.

    Returns
    -------
    Dialect or None

    Raises
    ------
    ValueError
        An unknown name.
    """
    if name is None:
        return None
    if not isinstance(name, str) or name not in DIALECTS:
        rule = f"be one of {', '.join(DIALECTS)}"
        raise ValueError(sentence(function, "dialect", rule, repr(name), "'official', or leaving it out"))
    return DIALECTS[name]


def declared(rule: Rule, override: Dialect | None) -> Declared:
    """
    Say what becomes of the weights of a rule.

    Parameters
    ----------
    rule : Rule
        Whose action is "project". Its layout and its split hold for every dialect.
    override : Dialect or None
        What computes instead of what the rule says. Its gain takes the place of the rule's if it has one of its own:
        "fan" is the rule's, and a dialect of bare matrices has none.

    Returns
    -------
    Declared
    """
    way = way_of(rule, Overrides())
    if override is None:
        solver = Dialect(
            "recipe",
            way.text,
            "the recipe",
            ("matrix",),
            steps=None if way.exact else way.steps,
            eps=way.eps,
            known_codes=frozenset() if way.exact else K_STEP | {"ZERO_NAN"},
        )
        return Declared(solver, way.gain, False, way.text)
    whole = "weight" in override.levels or "state" in override.levels
    gain = override.gain if whole and override.gain != "fan" else way.gain
    flat = whole and override.convolution == "flat"
    return Declared(replace(override, gain="one"), 1.0 if gain == "one" else gain, flat, override.summary)
