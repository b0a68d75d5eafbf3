"""What a recipe leaves: names, shapes, dtypes, values; running statistics; a bias that nobody copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.states.networks import Networks, networks
from fire_ref.conformance.states.targets import copy_sources, left, names, shaped, uncopied

from .small import initial, network


def edited(recipe: str, **more: Any) -> Networks:
    before = network(recipe)
    return networks("f", before, before | more, recipe, None, initial(recipe))


def without(recipe: str, name: str) -> Networks:
    before = network(recipe)
    return networks("f", before, {one: W for one, W in before.items() if one != name}, recipe, None, None)


def test_names_that_come_and_go() -> None:
    assert list(names(edited("llama"))) == []
    found = list(names(edited("llama", lora=np.eye(2))))
    assert [(one.code, one.tensor) for one in found] == [("WRONG_TARGETS", "lora")]
    for name, code in (
        ("model.norm.weight", "NON_WEIGHT_CHANGED"),
        ("model.layers.0.mlp.up_proj.weight", "WRONG_TARGETS"),
    ):
        assert [(one.code, one.tensor) for one in names(without("llama", name))] == [(code, name)]
    assert list(names(without("gpt", "lm_head.weight"))) == []
    assert list(names(without("bert", "cls.predictions.decoder.weight"))) == []


def test_shapes_and_dtypes() -> None:
    for value, code in ((np.ones(31, np.float32), "SHAPE_CHANGED"), (np.ones(32, np.float16), "DTYPE_CHANGED")):
        (found,) = shaped(edited("llama", **{"model.norm.weight": value}), "model.norm.weight")
        assert found.code == code
    assert list(shaped(edited("llama"), "model.norm.weight")) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("model.embed_tokens.weight", "WRONG_TARGETS"),
        ("lm_head.weight", "WRONG_TARGETS"),
        ("model.norm.weight", "NON_WEIGHT_CHANGED"),
    ],
)
def test_what_is_left_is_as_it_was(name: str, code: str) -> None:
    assert left(edited("llama"), name) == (left(edited("llama"), name)[0], [])
    value = network("llama")[name].copy()
    value.flat[3] += 1e-6
    result, mistakes = left(edited("llama", **{name: value}), name)
    assert result.status == "fail"
    assert [(one.code, one.tensor) for one in mistakes] == [(code, name)]
    assert "recipe 'llama' leaves it" in mistakes[0].evidence


def test_another_dtype_is_a_mistake_of_its_own() -> None:
    value = network("llama")["model.norm.weight"]
    both = edited("llama", **{"model.norm.weight": value.astype(np.float16)})
    assert left(both, "model.norm.weight")[1] == []
    both = edited("llama", **{"model.norm.weight": (1.01 * value).astype(np.float16)})
    assert [one.code for one in left(both, "model.norm.weight")[1]] == ["NON_WEIGHT_CHANGED"]


@pytest.mark.parametrize(
    ("name", "fresh"), [("bn1.running_mean", 0.0), ("bn1.running_var", 1.0), ("bn1.num_batches_tracked", 0)]
)
def test_running_statistics_may_begin_anew_and_not_become_something_else(name: str, fresh: float) -> None:
    old = network("resnet")[name]
    anew = np.full_like(old, fresh)
    result, mistakes = left(edited("resnet", **{name: anew}), name)
    assert (result.status, mistakes) == ("recorded", [])
    assert [one.code for one in left(edited("resnet", **{name: anew + 2}), name)[1]] == ["NON_WEIGHT_CHANGED"]


def test_the_bias_that_the_official_code_does_not_copy_is_noted() -> None:
    target, online = "target_network.conv1.bias", "q_network.conv1.bias"
    both = edited("dqn")
    assert copy_sources(both, target) == [online]
    (found,) = uncopied(both, target)
    assert (found.code, found.severity, found.tensor) == ("NOT_COPIED", "note", target)
    assert online in found.evidence
    assert uncopied(both, online) == []
    copied = edited("dqn", **{target: network("dqn")[online]})
    assert uncopied(copied, target) == []
    assert "official code does not copy" in left(copied, target)[1][0].evidence


def test_what_was_put_back_and_should_not_is_said_to_be_so() -> None:
    first = initial("dqn")
    assert first is not None
    both = edited("dqn", **{"q_network.conv1.bias": first["q_network.conv1.bias"]})
    (found,) = left(both, "q_network.conv1.bias")[1]
    assert found.code == "NON_WEIGHT_CHANGED"
    assert "it has its initial values" in found.evidence
