"""What a recipe does with every tensor of a network: neighbours, ties, lone ends of pairs, copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.checkpoints import Stored
from fire_ref.layout import DEFAULTS
from fire_ref.models.deciding import decide
from fire_ref.models.recipe import Recipe
from fire_ref.models.recipes import RECIPES
from fire_ref.models.rule import Rule

NOBODY = "no rule of recipe 'mine' takes it (2 axes)"


def network(state: dict[str, Any], owners: dict[str, str] | None = None) -> list[Stored]:
    owners = owners or {}
    return [
        Stored(name, np.shape(W), "float32", lambda W=W: W, owner=owners.get(name), place=id(W))
        for name, W in state.items()
    ]


def mine(*rules: Rule, tied: tuple[tuple[str, str], ...] = ()) -> Recipe:
    return Recipe("mine", "this test", rules, tied)


def matrix(value: float = 1.0) -> Any:
    return np.full((3, 2), value, dtype=np.float32)


def test_without_a_recipe_every_weight_is_taken_and_nothing_is_read() -> None:
    def never() -> Any:
        raise AssertionError("nothing is read to decide")

    found = [Stored("w", (3, 2), "float32", never), Stored("b", (3,), "float32", never)]
    decisions = decide("f", found, DEFAULTS, None)
    assert {name: one.action for name, one in decisions.choices.items()} == {"w": "project", "b": "leave"}
    assert decisions.first == {"w": "w", "b": "b"}


def test_the_first_rule_that_matches_decides() -> None:
    recipe = mine(Rule("a", "leave", reason="because"), Rule("", method="svd"))
    decisions = decide("f", network({"a": matrix(), "b": matrix(2)}), DEFAULTS, recipe)
    assert decisions.choices["a"][:2] == ("leave", "because")
    assert decisions.choices["b"].rule is recipe.rules[1]


@pytest.mark.parametrize(("separator", "kind"), [(".", "weight"), ("/", "kernel")])
def test_a_bias_is_known_by_the_weight_beside_it(separator: str, kind: str) -> None:
    recipe = mine(Rule("bias$", "reset", beside=2), Rule(f"{kind}$"))
    names = [f"net{separator}{layer}{separator}{part}" for layer in ("conv", "fc") for part in (kind, "bias")]
    kernel = np.ones((3, 2, 2, 2), dtype=np.float32)
    values = [kernel, np.ones(3, dtype=np.float32), matrix(), np.ones(4, dtype=np.float32)]
    decisions = decide("f", network(dict(zip(names, values, strict=True))), DEFAULTS, recipe)
    assert [one.action for one in decisions.choices.values()] == ["project", "leave", "project", "reset"]


def test_of_the_names_of_one_tensor_the_strongest_choice_speaks_for_all() -> None:
    shared = matrix()
    recipe = mine(Rule("head"), Rule("saved", "reset"))
    for others in (["table"], ["saved"], ["table", "saved"]):
        state = {**dict.fromkeys(others, shared), "head": shared, "other": matrix(3)}
        decisions = decide("f", network(state), DEFAULTS, recipe)
        for name in others:
            assert decisions.first[name] == "head"
            assert decisions.choices[name].action == "project"
        assert decisions.first["other"] == "other"
        assert decisions.choices["other"][:2] == ("leave", NOBODY)


def test_pairs_are_one_tensor_if_their_bytes_are_equal() -> None:
    recipe = mine(Rule("lm_head"))
    state = {"wte.weight": matrix(), "lm_head.weight": matrix()}
    assert decide("f", network(state), DEFAULTS, recipe).first["wte.weight"] == "lm_head.weight"
    state["lm_head.weight"] = matrix(2)
    decisions = decide("f", network(state), DEFAULTS, recipe)
    assert decisions.first["wte.weight"] == "wte.weight"
    assert decisions.notes == (), "nobody declared them"
    decisions = decide("f", network(state), DEFAULTS, mine(Rule("head"), tied=(("lm_head.weight", "wte.weight"),)))
    assert decisions.notes[0].startswith("lm_head.weight and wte.weight hold different values")


def test_equality_is_asked_for_the_ends_of_pairs_only() -> None:
    asked = []

    def equal(first: Stored, second: Stored) -> bool:
        asked.append({first.name, second.name})
        return True

    state = {"a.weight": matrix(), "decoder.weight": matrix(), "word_embeddings.weight": matrix(), "b.weight": matrix()}
    decide("f", network(state), DEFAULTS, mine(Rule("")), equal)
    assert asked == [{"decoder.weight", "word_embeddings.weight"}]


def test_the_only_end_of_a_declared_pair_has_the_action_of_the_pair() -> None:
    pair = (("lm_head.weight", "wte.weight"),)
    recipe = mine(Rule(r"lm_head", steps=7), tied=pair)
    for state in {"transformer.wte.weight": matrix()}, {"lm_head.weight": matrix()}:
        (choice,) = decide("f", network(state), DEFAULTS, recipe).choices.values()
        assert (choice.action, choice.rule.steps) == ("project", 7)
    # Not without the declaration, and not where a live layer says that it is an embedding.
    for wrong, owners in (mine(Rule("lm_head")), {}), (recipe, {"wte.weight": "Embedding"}):
        (choice,) = decide("f", network({"wte.weight": matrix()}, owners), DEFAULTS, wrong).choices.values()
        assert choice.action == "leave"


def test_a_copy_is_taken_from_the_first_of_its_sources_that_is_there() -> None:
    recipe = mine(Rule(r"^target\.(.*)$", "copy", source=(r"absent.\1", r"online.\1", r"q.\1")), Rule("weight"))
    state = {"online.weight": matrix(), "q.weight": matrix(2), "target.weight": matrix(3), "target.other": matrix(4)}
    choices = decide("f", network(state), DEFAULTS, recipe).choices
    assert (choices["target.weight"].action, choices["target.weight"].source) == ("copy", "online.weight")
    assert choices["target.other"].action == "leave"
    assert choices["target.other"].reason == "nothing to copy: none of absent.other, online.other, q.other is there"


def test_a_tensor_is_not_its_own_copy() -> None:
    recipe = mine(Rule("(w)", "copy", source=(r"\1",)))
    assert decide("f", network({"w": matrix()}), DEFAULTS, recipe).choices["w"].action == "leave"


def test_parts_of_parametrized_weights_follow_no_rule() -> None:
    state = {"fc.weight_g": matrix(), "fc.weight_v": matrix(2)}
    decisions = decide("f", network(state), DEFAULTS, RECIPES["official"])
    assert {one.reason for one in decisions.choices.values()} == {
        "a part of a parametrized weight, which the layer computes anew"
    }
