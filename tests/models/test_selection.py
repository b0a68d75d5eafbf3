"""Which tensors are weights, in which layout, and the reason for each that is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import Stored
from fire_ref.layout import DEFAULTS, parse
from fire_ref.models.recipe import Recipe
from fire_ref.models.rule import Rule
from fire_ref.models.selection import Choice, choose, layouts, parts

from ..backends import available

OFFICIAL = fire_ref.RECIPES["official"]
VECTOR = "a vector or scalar (bias, norm), which FIRE leaves alone"
PART = "a part of a parametrized weight, which the layer computes anew"


def never() -> Any:
    raise AssertionError("nothing is read to decide")


def tensor(shape: tuple[int, ...], dtype: str = "float32", name: str = "fc.weight", **known: Any) -> Stored:
    return Stored(name, shape, dtype, never, **known)


def reason(one: Stored, recipe: Any = None, layout: str | None = None) -> str:
    choice = choose("f", one, layouts("f", layout), recipe)
    assert choice.action == "leave"
    return choice.reason


@pytest.mark.parametrize("recipe", [None, OFFICIAL])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (4, 3, 2, 2)])
def test_a_floating_weight_is_taken(shape: tuple[int, ...], dtype: str, recipe: Any) -> None:
    choice = choose("f", tensor(shape, dtype), DEFAULTS, recipe)
    assert (choice.action, choice.reason, choice.layout.letters) == ("project", "", DEFAULTS[len(shape)])


def test_without_a_recipe_every_known_number_of_axes_is_a_weight() -> None:
    assert choose("f", tensor((2, 3, 2, 2, 2)), DEFAULTS, None).action == "project"
    assert choose("f", tensor((2, 3, 2)), layouts("f", "OIW"), None).layout.letters == "OIW"


@pytest.mark.parametrize("shape", [(), (7,)])
def test_vectors_and_scalars_are_left(shape: tuple[int, ...]) -> None:
    assert reason(tensor(shape)) == VECTOR


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "complex64", "float8_e4m3fn", "float128", "object"])
def test_other_dtypes_are_left_and_named(dtype: str) -> None:
    assert reason(tensor((3, 2), dtype)) == f"dtype {dtype}: FIRE is for real weights of 16 to 64 bits"


def test_empty_tensors_are_left() -> None:
    assert reason(tensor((3, 0))) == "empty, of shape (3, 0)"


@pytest.mark.parametrize(("shape", "example"), [((2, 3, 4), "a stack of matrices is bOI"), ((1,) * 6, "one letter")])
def test_an_unknown_layout_is_left_with_an_example(shape: tuple[int, ...], example: str) -> None:
    assert reason(tensor(shape)).startswith(f"{len(shape)} axes of unknown layout ({example}")


def test_trouble_is_handed_on() -> None:
    assert reason(tensor((), "none", trouble="dict, no array")) == "dict, no array"


@pytest.mark.parametrize(
    "names",
    [
        {"weight_g", "weight_v"},
        {"fc.weight_g", "fc.weight_v"},
        {"lstm.weight_hh_l0_g", "lstm.weight_hh_l0_v"},
        {"fc.weight_orig", "fc.weight_u", "fc.weight_v"},
        {"attention.in_proj_weight_orig", "attention.in_proj_weight_mask"},
        {"parametrizations.weight.original"},
        {"net.0.parametrizations.weight.original0", "net.0.parametrizations.weight.original1"},
        {"net.0.parametrizations.weight.0._u"},
    ],
    ids=lambda names: min(names),
)
def test_the_parts_of_a_parametrized_weight_are_left(names: set[str]) -> None:
    computed = parts(["fc.bias", "weight", *names])
    assert computed == names
    for name in names:
        choice = choose("f", tensor((3, 2), name=name), DEFAULTS, OFFICIAL, computed)
        assert choice == Choice("leave", PART, None)
    assert choose("f", tensor((3, 2), name="weight"), DEFAULTS, OFFICIAL, computed).action == "project"


@pytest.mark.parametrize(
    "names",
    [
        ["weight_v"],
        ["a.weight_g", "b.weight_v"],
        ["attention.weight_u", "attention.weight_v"],
        ["weight_v.weight", "weight_g.weight"],
        ["weight_original", "weight_mask"],
        ["myparametrizations.weight", "parametrizations"],
    ],
    ids=str,
)
def test_a_name_that_only_resembles_a_part_is_a_weight(names: list[str]) -> None:
    """An old-style part is known by its sisters, and by all of them."""
    assert parts(names) == frozenset()


def test_the_parts_are_those_that_torch_makes() -> None:
    """What weight_norm, spectral_norm and pruning of today's torch put into a state in place of `weight`."""
    nn, utils = available("torch.nn"), available("torch.nn.utils")
    pruned = nn.Linear(3, 4)
    available("torch.nn.utils.prune").random_unstructured(pruned, "weight", 0.3)
    with pytest.warns(FutureWarning):
        old = utils.weight_norm(nn.Linear(3, 4))
    layers = {
        "old": old,
        "new": utils.parametrizations.weight_norm(nn.Linear(3, 4)),
        "orthogonal": utils.parametrizations.orthogonal(nn.Linear(3, 3)),
        "spectral": utils.spectral_norm(nn.Linear(3, 4)),
        "new spectral": utils.parametrizations.spectral_norm(nn.Linear(3, 4)),
        "pruned": pruned,
    }
    for name, layer in layers.items():
        state = layer.state_dict()
        with pytest.raises(ValueError, match="hold a weight that 'official' takes"):
            fire_ref.reinitialize(dict(state), "official")
        matrices = {entry for entry, value in state.items() if value.ndim == 2}
        assert {entry for entry, why in fire_ref.audit(dict(state)).skipped.items() if why == PART} >= matrices, name


def test_what_a_recipe_leaves_still_has_its_layout_to_be_measured_in() -> None:
    choice = choose("f", tensor((2, 3, 2, 2, 2)), DEFAULTS, OFFICIAL)
    assert choice == Choice("leave", "no rule of recipe 'official' takes it (5 axes)", parse("f", None, (1,) * 5))
    assert reason(tensor((3, 2), owner="Embedding"), OFFICIAL) == "no rule of recipe 'official' takes it (Embedding)"
    assert choose("f", tensor((3, 2), owner="Embedding"), DEFAULTS, None).action == "project"


def test_a_rule_says_what_is_done_and_in_which_layout() -> None:
    turned = Rule("fc", layout="IO", method="svd")
    recipe = Recipe("mine", "this test", (Rule("bias$", "reset"), turned, Rule("", "leave", reason="because")))
    choice = choose("f", tensor((3, 2)), layouts("f", "OI"), recipe)
    assert (choice.action, choice.layout, choice.rule) == ("project", parse("f", "IO", (3, 2)), turned)
    assert choose("f", tensor((7,), name="x.bias"), DEFAULTS, recipe)[:3] == ("reset", "", None)
    assert choose("f", tensor((7,), "int64", "x.bias"), DEFAULTS, recipe).action == "reset"
    assert choose("f", tensor((), "none", "x.bias", trouble="int, no array"), DEFAULTS, recipe).action == "leave"
    for shape in ((3, 2), (5,)):  # a rule's reason says more than what kind of tensor it is
        assert choose("f", tensor(shape, name="other"), DEFAULTS, recipe)[:2] == ("leave", "because")
    # A layout for another number of axes says nothing; a vector is never projected.
    assert choose("f", tensor((2, 3, 2, 2)), DEFAULTS, recipe).layout == parse("f", None, (1,) * 4)
    assert choose("f", tensor((3,)), DEFAULTS, recipe)[:2] == ("leave", VECTOR)


def test_no_layout_is_the_defaults() -> None:
    assert layouts("f", None) == DEFAULTS == {2: "OI", 4: "OIHW", 5: "OIDHW"}
    assert layouts("f", None) is not DEFAULTS


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ("OI", {}),
        ("IO", {2: "IO"}),
        ("IO,HWIO", {2: "IO", 4: "HWIO"}),
        (" IO , OIW ", {2: "IO", 3: "OIW"}),
        ("bOI", {3: "bOI"}),
        ("abOIHW", {6: "abOIHW"}),
    ],
)
def test_layouts_replace_the_defaults_by_their_number_of_axes(given: str, changed: dict[int, str]) -> None:
    assert layouts("f", given) == DEFAULTS | changed


@pytest.mark.parametrize("given", ["", "OI,", "O", "OO", "HW", "OIX1", "O I", "OIHO", "OÏ"])
def test_letters_that_are_no_layout_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"^f: layout must .*, O and I among them; got .*\. Try '\w+'\.$"):
        layouts("f", given)


def test_two_layouts_of_one_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^f: layout must be one layout for each .*; got 'OI,HWIO,IO'\. Try 'IO'\.$"):
        layouts("f", "OI,HWIO,IO")


@pytest.mark.parametrize("wrong", [3, ["IO"], b"IO", {2: "IO"}])
def test_what_is_no_string_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^f: layout must be a string such as 'IO,HWIO'; got .*\. Try layout=None\.$"):
        layouts("f", wrong)


@pytest.mark.parametrize("call", [fire_ref.audit, lambda state, **kw: fire_ref.reinitialize(state, "official", **kw)])
def test_a_layout_reads_only_tensors_of_its_length(call: Any) -> None:
    state = {"fc": np.ones((2, 3)), "conv": np.ones((1, 1, 2, 3)), "conv1d": np.ones((2, 3, 4))}
    found = call(state, layout="HWIO")
    rows = found.rows if isinstance(found, fire_ref.Audit) else found[1].rows
    assert {row.name: row.layout for row in rows} == {"fc": "OI", "conv": "HWIO"}
