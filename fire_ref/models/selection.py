"""Which tensors are weights that FIRE can take, in which layout; and the reason for each that is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from ..arrays import FLOATS
from ..checkpoints import Stored
from ..errors import sentence
from ..layout import DEFAULTS, Layout, parse
from .recipe import Recipe
from .rule import Rule

#: Layouts that the kind of a live torch layer tells, and its number of axes does not.
OF_KIND = {"Conv1d": "OIW", "ConvTranspose1d": "IOW", "ConvTranspose2d": "IOHW", "ConvTranspose3d": "IODHW"}
#: Part of the reason for what may be a weight, in a layout that nobody told.
UNKNOWN = "of unknown layout"
#: How torch names the parts of a weight that is computed anew at every call: new style, and old style in sets.
_PARAMETRIZED = re.compile(r"(^|\.)parametrizations\.")
_PART = re.compile(r"(?P<weight>.*)_(g|v|orig|mask|u)$")
_SETS = (("g", "v"), ("orig", "u", "v"), ("orig", "mask"))


class Choice(NamedTuple):
    """
    What is done with one tensor, and why.

    Attributes
    ----------
    action : {"project", "reset", "copy", "leave"}
        As in `Rule`.
    reason : str
        Why it is left, or empty.
    layout : Layout or None
        None: it is no weight that can be measured.
    rule : Rule or None
        What decided.
    source : str or None
        For "copy": the name that is copied.
    """

    action: str
    reason: str
    layout: Layout | None
    rule: Rule | None = None
    source: str | None = None


def layouts(function: str, layout: object) -> dict[int, str]:
    """
    Read layouts, one for each number of axes.

    Parameters
    ----------
    function : str
        Who asks.
    layout : str or None
        As "OIW" or, separated by commas, "IO,HWIO"; None for none beside the defaults.

    Returns
    -------
    dict of int to str
        The defaults, replaced where told.

    Raises
    ------
    ValueError
        Two layouts of one length, or letters that are no layout.
    TypeError
        Not a string.

    Examples
    --------
    >>> layouts("audit", "OIW")
    {2: 'OI', 4: 'OIHW', 5: 'OIDHW', 3: 'OIW'}
    """
    found: dict[int, str] = {}
    if layout is None:
        return dict(DEFAULTS)
    if not isinstance(layout, str):
        raise TypeError(sentence(function, "layout", "be a string such as 'IO,HWIO'", repr(layout), "layout=None"))
    for letters in layout.split(","):
        letters = letters.strip()
        spelled = letters.isascii() and letters.isalpha() and len(set(letters)) == len(letters)
        if not (spelled and "O" in letters and "I" in letters):
            rule = "be different ASCII letters, one for each axis, O and I among them"
            raise ValueError(sentence(function, "layout", rule, repr(letters), "'HWIO'"))
        if len(letters) in found:
            rule = "be one layout for each number of axes"
            raise ValueError(sentence(function, "layout", rule, repr(layout), repr(letters)))
        found[len(letters)] = letters
    return DEFAULTS | found


def parts(names: Collection[str]) -> frozenset[str]:
    """
    Find the parts of parametrized weights: weight norm, spectral norm, pruning.

    Parameters
    ----------
    names : collection of str
        Of all tensors of a network: an old-style part is known by its sisters.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(parts(["fc.weight_g", "fc.weight_v", "attention.weight_v"]))
    ['fc.weight_g', 'fc.weight_v']
    """
    here = frozenset(names)
    found = {name for name in here if _PARAMETRIZED.search(name)}
    for weight in {match["weight"] for match in map(_PART.match, here) if match}:
        for endings in _SETS:
            sisters = {f"{weight}_{ending}" for ending in endings}
            found |= sisters if sisters <= here else set()
    return frozenset(found)


def choose(
    function: str,
    tensor: Stored,
    known: Mapping[int, str],
    recipe: Recipe | None,
    computed: Collection[str] = frozenset(),
    neighbour: int | None = None,
) -> Choice:
    """
    Decide about one tensor from what is known before its values are read.

    Parameters
    ----------
    function : str
        Who asks.
    tensor : Stored
        The tensor.
    known : mapping of int to str
        From `layouts`.
    recipe : Recipe or None
        None takes every weight.
    computed : collection of str
        From `parts`.
    neighbour : int, optional
        The axes of the weight beside it.

    Returns
    -------
    Choice
        A copy without its source, which only the whole network tells.
    """
    axes = len(tensor.shape)
    part = tensor.name in computed
    rule = None if recipe is None or part else recipe.rule_of(tensor.name, axes, tensor.owner, neighbour)
    reason = _no_weight(tensor)
    if reason is None and part:
        reason = "a part of a parametrized weight, which the layer computes anew"
    letters = _letters(tensor, known, rule)
    if reason is None and len(letters) != axes:
        example = "a stack of matrices is bOI, a conv1d kernel OIW" if axes == 3 else "one letter for each axis"
        reason = f"{axes} axes {UNKNOWN} ({example}: say which by layout)"
    layout = parse(function, letters, tensor.shape, tensor.name) if reason is None else None
    if rule is not None and rule.action in ("reset", "copy") and tensor.trouble is None:
        return Choice(rule.action, "", layout, rule)
    if rule is not None and rule.action == "leave" and rule.reason:
        reason = rule.reason  # which says more than what kind of tensor it is
    if reason is None and recipe is not None:
        reason = _left(recipe, rule, axes, tensor.owner)
    return Choice("project" if reason is None else "leave", reason or "", layout, rule)


def _letters(tensor: Stored, known: Mapping[int, str], rule: Rule | None) -> str:
    axes = len(tensor.shape)
    if rule is not None and rule.layout is not None and len(rule.layout) == axes:
        return rule.layout
    return OF_KIND.get(tensor.owner or "", known.get(axes, ""))


def _left(recipe: Recipe, rule: Rule | None, axes: int, owner: str | None) -> str | None:
    """Say why a recipe leaves a weight alone, or None if it does not."""
    if rule is None:
        return f"no rule of recipe {recipe.name!r} takes it ({owner or f'{axes} axes'})"
    return f"recipe {recipe.name!r} leaves it" if rule.action == "leave" else None


def _no_weight(tensor: Stored) -> str | None:
    if tensor.trouble is not None:
        return tensor.trouble
    if tensor.dtype not in FLOATS:
        return f"dtype {tensor.dtype}: FIRE is for real weights of 16 to 64 bits"
    if len(tensor.shape) < 2:
        return "a vector or scalar (bias, norm), which FIRE leaves alone"
    if 0 in tensor.shape:
        return f"empty, of shape {tensor.shape}"
    return None
