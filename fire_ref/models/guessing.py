"""Which recipe a network needs, told from the names of its tensors; a refusal where the names do not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..checkpoints import Stored
from ..errors import sentence
from .recipe import Recipe
from .recipes import RECIPES, recipe_named

AUTO = "auto"


class _Tell(NamedTuple):
    """Names, each of which some tensor of the network has; with more columns than rows, or rows than columns."""

    patterns: tuple[str, ...]
    #: Of the tensor that the first pattern finds: the ratio of its first axis to its second.
    ratio: float | None = None


_SIMBA = _Tell((r"(^|/)\w*(actor|critic|SimBa)\w*/(.*/)?\w*Dense\w*/kernel$",))
_TELLS = {
    "gpt": _Tell((r"(^|\.)c_attn\.weight$", r"(^|\.)c_fc\.weight$"), 3),
    "gpt-hf": _Tell((r"(^|\.)c_attn\.weight$", r"(^|\.)c_fc\.weight$"), 1 / 3),
    "llama": _Tell((r"(self_attn\.(q|qkv)_proj|attention\.wq)\.weight$", r"(gate_proj|gate_up_proj|w1)\.weight$")),
    "bert": _Tell((r"attention\.self\.query\.weight$", r"intermediate\.dense\.weight$")),
    "vit": _Tell((r"(^|\.)to_q\.weight$", r"(^|\.)to_k\.weight$")),
    "resnet": _Tell((r"(^|[./])(layer\d\.\d+\.conv\d|res\d\w?_branch\w+)[./](weight|kernel)$",)),
    "vgg": _Tell((r"(^|\.)features\.\d+\.weight$", r"(^|\.)classifier(\.\d+)?\.weight$")),
    # Names do not tell its scaler: both fit, and the caller says which.
    **dict.fromkeys(("simba", "simba-ortho"), _SIMBA),
}


def resolved(function: str, recipe: object, found: Sequence[Stored]) -> tuple[Recipe, str]:
    """
    Return a recipe by name, or the one that a network's names tell.

    Parameters
    ----------
    function : str
        Who asks.
    recipe : str, path or Recipe
        "auto" to be told from names.
    found : sequence of Stored
        The network.

    Returns
    -------
    recipe : Recipe
    why : str
        How it was found, "" where the caller named it.

    Raises
    ------
    ValueError
        No such recipe; or the names tell none, or several.
    """
    if not isinstance(recipe, str) or recipe != AUTO:
        return recipe_named(function, recipe), ""
    told = {name: evidence for name, tell in _TELLS.items() if (evidence := _evidence(tell, found)) is not None}
    if len(told) != 1:
        got = f"names that fit {' and '.join(told) if told else 'none of those it knows'}"
        rule = "be named where the tensors' names do not tell it"
        raise ValueError(sentence(function, "recipe", rule, got, f"one of {', '.join(RECIPES)}"))
    ((name, evidence),) = told.items()
    return RECIPES[name], f"recipe {name!r}, told by {' and '.join(evidence)}"


def _evidence(tell: _Tell, found: Sequence[Stored]) -> list[str] | None:
    seen: list[str] = []
    for pattern in tell.patterns:
        tensor = next((t for t in found if len(t.shape) >= 2 and re.search(pattern, t.name)), None)
        if tensor is None:
            return None
        if tell.ratio is not None and not seen and tensor.shape[0] != tell.ratio * tensor.shape[1]:
            return None
        seen.append(tensor.name)
    return seen
