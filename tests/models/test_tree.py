"""Nested mappings: every entry has the name of the way to it, and goes back to where it was."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.models.tree import DEEPEST, flattened, rebuilt

from ..backends import available
from .official import allowed, official

TREE = {"params": {"Dense_0": {"kernel": 1, "bias": 2}, "Dense_1": {"kernel": 3}}, "step": 4}
FLAT = {"params/Dense_0/kernel": 1, "params/Dense_0/bias": 2, "params/Dense_1/kernel": 3, "step": 4}


class Odd(Mapping[str, Any]):
    """A mapping that cannot be made from a dict, or makes something else of it."""

    def __init__(self, *entries: tuple[str, Any]) -> None:
        if any(not isinstance(entry, tuple) for entry in entries):
            raise ValueError("no pairs")
        self.entries = dict(entries)

    def __getitem__(self, key: str) -> Any:
        return self.entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


class Deaf(Odd):
    def __init__(self, entries: Any = (), default: Any = 7) -> None:
        super().__init__(*entries) if isinstance(entries, list) else super().__init__(("default", default))


def test_entries_are_named_in_their_order() -> None:
    assert list(flattened("f", "state", TREE).items()) == list(FLAT.items())
    assert flattened("f", "state", FLAT) == FLAT
    assert flattened("f", "state", {"a": {}, "b": {"c": {}}}) == {}
    assert flattened("f", "state", {"": {"": 1}}) == {"/": 1}


def test_values_go_back_to_where_they_were() -> None:
    ten = {name: 10 * value for name, value in FLAT.items()}
    new = rebuilt(TREE, ten)
    assert new == {"params": {"Dense_0": {"kernel": 10, "bias": 20}, "Dense_1": {"kernel": 30}}, "step": 40}
    assert [list(new), list(new["params"]["Dense_0"])] == [["params", "step"], ["kernel", "bias"]]
    assert new["params"] is not TREE["params"]
    assert rebuilt({"a": {}, "b": 1}, {"b": 2}) == {"a": {}, "b": 2}
    assert TREE["step"] == 4


def test_a_flat_mapping_becomes_a_dict_whatever_it_was() -> None:
    new = rebuilt(MappingProxyType({"a": 1}), {"a": 2})
    assert (type(new), new) == (dict, {"a": 2})


@pytest.mark.parametrize("kind", [OrderedDict, UserDict, ChainMap, MappingProxyType, lambda d: MappingProxyType(d)])
def test_a_tree_keeps_the_classes_of_its_mappings(kind: Any) -> None:
    state = kind({"a": kind({"w": 1}), "b": {"w": 2}})
    new = rebuilt(state, {"a/w": 3, "b/w": 4})
    assert type(new) is type(new["a"]) is type(state)
    assert type(new["b"]) is dict
    assert (new["a"]["w"], new["b"]["w"]) == (3, 4)


@pytest.mark.parametrize(
    "odd", [Odd(("w", 1), ("v", 2)), Deaf([("w", 1), ("v", 2)]), defaultdict(list, {"w": 1, "v": 2})], ids=type
)
def test_a_class_that_cannot_be_made_from_a_dict_becomes_one(odd: Any) -> None:
    new = rebuilt({"a": odd}, {"a/w": 3, "a/v": 4})
    assert type(new["a"]) is dict
    assert new == {"a": {"w": 3, "v": 4}}


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ({"a/b": 1, "a": {"b": 2}}, "a/b"),
        ({"a": {"b/c": 1, "b": {"c": 2}}}, "a/b/c"),
        ({"a": {0: 1, "0": 2}}, "a/0"),
        ({"a": {"": 1}, "a/": 2}, "a/"),
    ],
    ids=str,
)
def test_two_entries_of_one_name_are_refused(state: Any, name: str) -> None:
    with pytest.raises(ValueError, match=rf"^f: state must name each entry once; got '{name}' twice\. Try other keys"):
        flattened("f", "state", state)


@pytest.mark.parametrize(
    ("state", "where", "key"),
    [
        ({0: 1}, "state", "0"),  # of a flat mapping the new names would not be the old ones
        ({0: {"w": 1}}, "state", "0"),
        ({"a": {None: 1}}, r"state\['a'\]", "None"),
        ({"a": {"b": {(1, 2): 1}}}, r"state\['a'\]\['b'\]", r"\(1, 2\)"),
        ({"a": {0: {1.5: 1}}}, r"state\['a'\]\[0\]", "1.5"),
        ({"a": {True: 1}}, r"state\['a'\]", "True"),
        ({"a": {b"w": 1}}, r"state\['a'\]", "b'w'"),
    ],
    ids=str,
)
def test_keys_that_are_no_names_are_refused_with_their_place(state: Any, where: str, key: str) -> None:
    with pytest.raises(TypeError, match=rf"^f: {where} must have strings for names; got {key}\. Try str\(name\)\.$"):
        flattened("f", "state", state)


def test_numbered_layers_of_a_tree_keep_their_numbers() -> None:
    state = {"layers": {0: {"kernel": 1}, 2: {"kernel": 2}}}
    assert flattened("f", "state", state) == {"layers/0/kernel": 1, "layers/2/kernel": 2}
    assert rebuilt(state, {"layers/0/kernel": 3, "layers/2/kernel": 4}) == {
        "layers": {0: {"kernel": 3}, 2: {"kernel": 4}}
    }


def test_a_tree_that_holds_itself_is_refused_in_a_short_sentence() -> None:
    around: dict[str, Any] = {"w": 1}
    around["a" * 1000] = around
    two: dict[str, Any] = {}
    two["left"] = two["right"] = two
    for state in (around, two):
        with pytest.raises(
            ValueError, match=rf"^f: state must be at most {DEEPEST} deep; got .*\. Try a flat"
        ) as caught:
            flattened("f", "state", state)
        assert len(str(caught.value)) < 250


def test_a_tree_is_followed_as_deep_as_networks_go() -> None:
    state: Any = 1
    for _ in range(DEEPEST + 1):
        state = {"a": state}
    assert list(flattened("f", "state", state)) == ["/".join("a" * (DEEPEST + 1))]
    with pytest.raises(ValueError, match="deep"):
        flattened("f", "state", {"a": state})


def linen() -> Any:
    """Make a live network of flax.linen, and its variables."""
    jax, _ = available("jax"), available("flax")
    nn = available("flax.linen")

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: Any) -> Any:
            x = nn.BatchNorm(use_running_average=True)(nn.relu(nn.Conv(3, (1, 2))(x)))
            return nn.Dense(5)(x.reshape(len(x), -1))

    net, image = Net(), jax.numpy.ones((1, 4, 4, 2))
    return net, net.init(jax.random.key(0), image), image


@pytest.mark.parametrize("frozen", [False, True])
def test_a_live_network_of_linen_goes_in_and_comes_back(frozen: bool) -> None:
    net, variables, image = linen()
    freeze = available("flax.core").FrozenDict
    state = freeze(variables) if frozen else variables
    new, report = fire_ref.reinitialize(state, "official", layout="IO,HWIO")
    assert type(new) is type(state)
    assert type(new["params"]) is type(state["params"])
    assert set(report.changed) == {"params/Conv_0/kernel", "params/Dense_0/kernel"}
    assert "batch_stats/BatchNorm_0/mean" in report.skipped
    assert new["batch_stats"]["BatchNorm_0"]["mean"] is state["batch_stats"]["BatchNorm_0"]["mean"]
    before, after = (np.asarray(one["params"]["Dense_0"]["kernel"]).T for one in (state, new))
    assert np.linalg.norm(after - official(before)) <= allowed(before, "float32")
    assert np.isfinite(np.asarray(net.apply(new, image))).all()
    assert not np.array_equal(net.apply(new, image), net.apply(state, image))


def test_a_live_network_of_nnx_goes_in_and_comes_back() -> None:
    """Its lists of layers are numbered by integers; its state is a mapping of its own class."""
    jax, _ = available("jax"), available("flax")
    nnx = available("flax.nnx")
    rngs = nnx.Rngs(0)
    net = nnx.Sequential(
        nnx.Linear(4, 5, rngs=rngs), nnx.relu, nnx.Dropout(0.5, rngs=rngs), nnx.Linear(5, 3, rngs=rngs)
    )
    state = nnx.state(net)
    weights = {"layers/0/kernel", "layers/3/kernel"}
    pure, report = fire_ref.reinitialize(nnx.to_pure_dict(state), "official", layout="IO")
    assert set(report.changed) == weights
    assert list(pure["layers"]) == [0, 2, 3]
    assert report.skipped["layers/2/rngs/key"].startswith("dtype key<")
    whole, again = fire_ref.reinitialize(state, "official", layout="IO")
    assert set(again.changed) == weights
    assert type(whole) is type(state)
    before = np.asarray(net.layers[0].kernel[...])
    for new in (whole, pure):
        if new is pure:
            nnx.replace_by_pure_dict(state, pure)
        nnx.update(net, state if new is pure else new)
        after = np.asarray(net.layers[0].kernel[...])
        assert np.linalg.norm(after.T - official(before.T)) <= allowed(before.T, "float32")
    assert np.isfinite(np.asarray(net(jax.numpy.ones((1, 4))))).all()
