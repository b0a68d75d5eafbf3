"""Which recipe a network needs, told from names and from one ratio of sizes; a refusal where they do not tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import Stored
from fire_ref.models.guessing import _TELLS, resolved

#: Some tensors of each kind of network, under the names of its best-known implementations.
NETWORKS: dict[str, list[dict[str, tuple[int, ...]]]] = {
    "gpt": [{"transformer.h.0.attn.c_attn.weight": (2304, 768), "transformer.h.0.mlp.c_fc.weight": (3072, 768)}],
    "gpt-hf": [{"h.0.attn.c_attn.weight": (768, 2304), "h.0.mlp.c_fc.weight": (768, 3072)}],
    "llama": [
        {"model.layers.0.self_attn.q_proj.weight": (288, 288), "model.layers.0.mlp.gate_proj.weight": (768, 288)},
        {"layers.0.attention.wq.weight": (288, 288), "layers.0.feed_forward.w1.weight": (768, 288)},
        {"model.layers.0.self_attn.qkv_proj.weight": (9, 3), "model.layers.0.mlp.gate_up_proj.weight": (8, 3)},
    ],
    "bert": [
        {
            "encoder.layer.0.attention.self.query.weight": (384, 384),
            "encoder.layer.0.intermediate.dense.weight": (1536, 384),
        }
    ],
    "vit": [{"blocks.0.attn.to_q.weight": (192, 192), "blocks.0.attn.to_k.weight": (192, 192)}],
    "resnet": [
        {"conv1.weight": (64, 3, 3, 3), "layer1.0.conv1.weight": (64, 64, 3, 3)},
        {"res2a_branch2a/kernel": (1, 1, 64, 64)},
    ],
    "vgg": [
        {"features.0.weight": (64, 3, 3, 3), "classifier.weight": (10, 512)},
        {"features.0.weight": (64, 3, 3, 3), "classifier.6.weight": (10, 512)},
    ],
}
EVERY = [(name, network) for name, networks in NETWORKS.items() for network in networks]


def never() -> Any:
    raise AssertionError("nothing is read to guess")


def network(shapes: dict[str, tuple[int, ...]]) -> list[Stored]:
    return [Stored(name, shape, "float32", never) for name, shape in shapes.items()]


@pytest.mark.parametrize(("name", "shapes"), EVERY, ids=lambda value: value if isinstance(value, str) else "")
def test_each_kind_is_told_by_its_names_and_says_by_which(name: str, shapes: dict[str, tuple[int, ...]]) -> None:
    others = {"epoch": (), "bias": (3,), "head.weight": (3, 3)}
    recipe, why = resolved("f", "auto", network({**others, **shapes}))
    assert recipe is fire_ref.RECIPES[name]
    start, _, told = why.partition(", told by ")
    assert start == f"recipe {name!r}"
    assert set(told.split(" and ")) <= set(shapes)
    assert len(told.split(" and ")) == len(_TELLS[name].patterns)


def test_every_tell_has_its_network_here() -> None:
    assert set(_TELLS) == {*NETWORKS, "simba", "simba-ortho"}


@pytest.mark.parametrize("name", ["params/actor/SimBaBlock_0/Dense_0/kernel", "critic/Dense_1/kernel"])
def test_names_do_not_tell_the_scaler_of_simba(name: str) -> None:
    with pytest.raises(ValueError, match="got names that fit simba and simba-ortho"):
        resolved("f", "auto", network({name: (4, 8)}))


@pytest.mark.parametrize(
    "shapes",
    [
        {"fc.weight": (3, 3)},
        {"h.0.attn.c_attn.weight": (768, 2304)},  # half of what tells
        {"h.0.mlp.c_fc.weight": (768, 3072)},
        {"h.0.attn.c_attn.weight": (768, 768), "h.0.mlp.c_fc.weight": (768, 3072)},  # not fused as anyone fuses
        {"h.0.attn.c_attn.weight": (2304,), "h.0.mlp.c_fc.weight": (3072,)},  # no weights
        {"attn.my_c_attn.weight": (2304, 768), "mlp.c_fc.weight": (3072, 768)},  # only resembles
        {"to_q.weight": (3, 3), "to_v.weight": (3, 3)},
        {"layer1.conv1.weight": (3, 3, 3, 3)},
        {"features.0.weight": (3, 3, 3, 3)},
        {"reactor.weight": (3, 3), "Dense_0/kernel": (3, 3)},
        {"self_attn.q_proj.weight": (3, 3), "self_attn.k_proj.weight": (3, 3)},
        {"attention.self.query.weight": (3, 3), "attention.output.dense.weight": (3, 3)},
    ],
    ids=str,
)
def test_names_that_tell_nothing_are_refused(shapes: dict[str, tuple[int, ...]]) -> None:
    known = ", ".join(fire_ref.RECIPES)
    with pytest.raises(
        ValueError,
        match=r"^f: recipe must be named where the tensors' names do not tell it; got names that fit none of those it "
        rf"knows\. Try one of {known}\.$",
    ):
        resolved("f", "auto", network(shapes))


def test_names_that_tell_two_are_refused_with_both() -> None:
    shapes = {**NETWORKS["vit"][0], **NETWORKS["bert"][0]}
    with pytest.raises(ValueError, match=r"; got names that fit bert and vit\. Try one of official, "):
        resolved("f", "auto", network(shapes))


def test_a_named_recipe_is_taken_without_a_look_at_the_names(tmp_path: Path) -> None:
    bert = network(NETWORKS["bert"][0])
    assert resolved("f", "gpt", bert) == (fire_ref.RECIPES["gpt"], "")
    assert resolved("f", fire_ref.RECIPES["vit"], bert) == (fire_ref.RECIPES["vit"], "")
    path = tmp_path / "mine.toml"
    path.write_text("[[rules]]", encoding="utf-8")
    assert resolved("f", path, bert)[0].name == "mine"


@pytest.mark.parametrize("recipe", ["Auto", "AUTO", " auto", ""])
def test_only_auto_is_auto(recipe: str) -> None:
    with pytest.raises(ValueError, match=r"^f: recipe must be one of 'official'"):
        resolved("f", recipe, network(NETWORKS["bert"][0]))


@pytest.mark.parametrize("recipe", [None, 3, np.array(["auto", "auto"]), ["auto"]])
def test_what_is_no_name_is_refused(recipe: Any) -> None:
    with pytest.raises(TypeError, match=r"^f: recipe must be a name; got .*\. Try recipe='official'\.$"):
        resolved("f", recipe, [])


def test_the_report_says_how_the_recipe_was_found(rng: np.random.Generator) -> None:
    state = {name: rng.standard_normal(shape) for name, shape in {"to_q.weight": (3, 3), "to_k.weight": (3, 3)}.items()}
    report = fire_ref.reinitialize(state, "auto")[1]
    assert report.recipe == "vit"
    assert report.source.endswith("; recipe 'vit', told by to_q.weight and to_k.weight")
    assert "told by" not in fire_ref.reinitialize(state, "vit")[1].source
