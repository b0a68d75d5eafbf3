"""Tied tensors: one memory, or equal bytes under the names of a pair; each pair within its own network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import Stored
from fire_ref.models import tying
from fire_ref.models.recipe import Recipe
from fire_ref.models.rule import Rule
from fire_ref.models.state import tensors
from fire_ref.models.tying import KNOWN, ends_in, same_bytes, ties

from ..backends import Backend, available
from .official import Host

DECLARED = (("head.weight", "table.weight"),)
TWO = "{} and {} are two tensors, not one: each is treated by its own rule"


def stored(value: Any, name: str = "w") -> Stored:
    return tensors("f", "state", {name: value})[0]


def groups(state: dict[str, Any], declared: Any = ()) -> list[list[str]]:
    return ties(tensors("f", "state", state), declared).groups


def matrix(seed: int = 0, dtype: str = "float32") -> Host:
    return np.random.default_rng(seed).standard_normal((3, 2)).astype(dtype)


@pytest.mark.parametrize(
    ("name", "end", "fits"),
    [
        ("wte.weight", "wte.weight", True),
        ("transformer.wte.weight", "wte.weight", True),
        ("params/wte/weight", "wte.weight", True),
        ("params/wte/weight", "wte/weight", True),
        ("newte.weight", "wte.weight", False),
        ("wte.weight.scale", "wte.weight", False),
        ("weight", "wte.weight", False),
        ("wte_weight", "wte.weight", False),
        ("a.weight", "weight", True),
    ],
)
def test_an_end_is_whole_parts_of_a_name(name: str, end: str, fits: bool) -> None:
    assert ends_in(name, end) is fits


def test_equal_bytes_are_equal_and_one_bit_is_a_difference(arrays: Backend) -> None:
    for dtype in arrays.precisions:
        W = np.arange(6.0).reshape(3, 2)
        one, same = (stored(arrays.make(W, dtype)) for _ in range(2))
        assert same_bytes(one, same)
        W[2, 1] += 1.0
        assert not same_bytes(one, stored(arrays.make(W, dtype)))


def test_bytes_are_compared_and_not_numbers() -> None:
    holes = np.array([[np.nan, 1.0]], dtype=np.float32)
    assert same_bytes(stored(holes), stored(holes.copy())), "the same NaN"
    other = holes.copy()
    other.view(np.uint32)[0, 0] ^= 1
    assert not same_bytes(stored(holes), stored(other)), "another NaN"
    assert not same_bytes(stored(np.array([[0.0]])), stored(np.array([[-0.0]])))


def test_the_last_of_many_blocks_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tying, "BLOCK", 7)
    W = matrix()
    V = W.copy()
    assert same_bytes(stored(W), stored(V))
    for place in ((0, 0), (1, 1), (2, 1)):
        V = W.copy()
        V[place] = np.nextafter(V[place], 9)
        assert not same_bytes(stored(W), stored(V))


def test_memory_order_does_not_matter() -> None:
    W = matrix()
    wide = np.zeros((3, 4), dtype=W.dtype)
    wide[:, ::2] = W
    assert same_bytes(stored(W), stored(np.asfortranarray(W)))
    assert same_bytes(stored(W), stored(wide[:, ::2]))
    assert not same_bytes(stored(W), stored(W[::-1]))


def test_what_could_not_stand_for_the_other_is_not_the_same() -> None:
    torch, jax = available("torch"), available("jax")
    W = matrix()
    for other in (torch.tensor(W), jax.numpy.asarray(W)):
        assert not same_bytes(stored(W), stored(other)), "another library"
    strict = available("array_api_strict")
    here, there = (strict.asarray(W, device=strict.Device(name)) for name in ("CPU_DEVICE", "device1"))
    assert not same_bytes(stored(here), stored(there)), "another device"
    assert same_bytes(stored(there), stored(strict.asarray(W, device=there.device)))
    zero = np.zeros((2, 2), dtype="<f4")
    assert not same_bytes(stored(zero), stored(zero.astype(">f4"))), "another byte order"


def test_what_has_no_values_to_compare_is_not_the_same_and_is_left_to_be_refused_by_name() -> None:
    torch, jax, dask = available("torch"), available("jax"), available("dask.array")
    for make in (
        lambda: torch.zeros(3, 3, device="meta"),
        lambda: torch.eye(3).to_sparse(),
        lambda: np.ma.array(np.eye(3), mask=np.eye(3)),
        lambda: dask.ones((3, 3)),
    ):
        assert not same_bytes(stored(make()), stored(make()))

    def traced(W: Any) -> Any:
        assert not same_bytes(stored(W), stored(W + 0))
        return W

    jax.jit(traced)(jax.numpy.eye(3))
    state = {"lm_head.weight": torch.eye(3).to_sparse(), "wte.weight": torch.eye(3).to_sparse()}
    with pytest.raises(TypeError, match=r"^reinitialize: state\['lm_head\.weight'\] must be .*sparse"):
        fire_ref.reinitialize(state, "gpt")


@pytest.mark.parametrize("pair", KNOWN, ids=str)
def test_a_known_pair_is_tied_where_its_bytes_are_equal(pair: tuple[str, str]) -> None:
    W = matrix()
    head, table = pair
    state = {f"model.{table}": W, "other.weight": W.copy(), head: W.copy()}
    assert groups(state) == [[f"model.{table}", head]], "in the order of the network"
    found = ties(tensors("f", "state", {head: W, table: matrix(1)}), ())
    assert found == ([], {}, []), "of known pairs nothing is said"


def test_equal_bytes_under_other_names_are_not_tied() -> None:
    state = dict.fromkeys(("critic1.weight", "critic2.weight", "target.weight", "wte.weight"))
    assert groups({name: matrix() for name in state}) == []


def test_one_memory_is_tied_whatever_it_is_called() -> None:
    W = matrix()
    assert groups({"a": W, "b": matrix(), "c": W, "d": W}) == [["a", "c", "d"]]


def test_memory_and_bytes_together_make_one_tensor() -> None:
    """The head shares memory with one name, and bytes with another."""
    W = matrix()
    state = {"wte.weight": W.copy(), "lm_head.weight": W, "output": W}
    assert groups(state) == [["wte.weight", "lm_head.weight", "output"]]
    state = {"output": W, "wte.weight": W.copy(), "lm_head.weight": W}
    assert groups(state) == [["output", "wte.weight", "lm_head.weight"]]


def test_a_declared_pair_is_tied_or_noted() -> None:
    W = matrix()
    assert groups({"head.weight": W, "table.weight": W.copy()}) == []
    assert groups({"head.weight": W, "table.weight": W.copy()}, DECLARED) == [["head.weight", "table.weight"]]
    for other in (matrix(1), W.T.copy(), W.astype(np.float16)):
        found = ties(tensors("f", "state", {"head.weight": W, "table.weight": other}), DECLARED)
        assert found == ([], {}, [TWO.format("head.weight", "table.weight")])


def test_of_what_fire_does_not_compute_nothing_is_asked_or_said() -> None:
    torch = available("torch")
    for one, other in (
        (np.ones((3, 2), dtype=int), np.ones((3, 2), dtype=int)),
        (np.ones((3, 2), dtype=int), np.zeros((3, 2), dtype=int)),
        (matrix(dtype="complex64"), matrix(1, "complex64")),
        (matrix().astype(ml_dtypes.float8_e4m3fn), matrix().astype(ml_dtypes.float8_e4m3fn)),
        (torch.ones(3, 2).to(torch.float8_e4m3fn), torch.zeros(3, 2).to(torch.float8_e4m3fn)),
        ("text", "text"),
        (matrix(), "text"),
    ):
        found = ties(tensors("f", "state", {"head.weight": one, "table.weight": other}), DECLARED)
        assert found == ([], {}, [])


@pytest.mark.parametrize(
    ("names", "alone"),
    [
        (["head.weight"], {"head.weight": "table.weight"}),
        (["a.table.weight", "fc.weight"], {"a.table.weight": "head.weight"}),
        (["a.head.weight", "b.head.weight"], {"a.head.weight": "table.weight", "b.head.weight": "table.weight"}),
        (["head.weight", "table.weight"], {}),
        (["fc.weight"], {}),
        (["lm_head.weight"], {}),  # known, and not declared
    ],
    ids=str,
)
def test_one_end_of_a_declared_pair_stands_alone(names: list[str], alone: dict[str, str]) -> None:
    assert ties(tensors("f", "state", {name: matrix() for name in names}), DECLARED).alone == alone


def test_twins_have_a_pair_each_though_all_bytes_are_equal() -> None:
    names = [f"{net}.{end}" for net in ("student", "teacher") for end in ("lm_head.weight", "transformer.wte.weight")]
    expected = [names[:2], names[2:]]
    assert groups({name: matrix() for name in names}) == expected
    order = [names[3], names[0], names[2], names[1]]
    assert groups({name: matrix() for name in order}) == [[names[3], names[2]], [names[0], names[1]]]


@pytest.mark.parametrize("old", ["lm_head_old", "old"])  # spelled alike; met first
def test_the_nearest_is_counted_in_parts_of_names(old: str) -> None:
    twins = [f"{old}.transformer.wte.weight", f"{old}.lm_head.weight"]
    own = ["transformer.wte.weight", "lm_head.weight"]
    assert groups({name: matrix() for name in (*twins, *own)}) == [twins, own]


def test_several_heads_and_several_tables_are_one_tensor() -> None:
    heads = {"lm_head.weight": matrix(), "aux.lm_head.weight": matrix(), "model.embed_tokens.weight": matrix()}
    assert groups(heads) == [list(heads)]
    tables = {
        "encoder.embed_tokens.weight": matrix(),
        "decoder.embed_tokens.weight": matrix(),
        "lm_head.weight": matrix(),
    }
    assert groups(tables) == [list(tables)]
    odd = {**tables, "decoder.embed_tokens.weight": matrix(1)}
    assert groups(odd) == [["encoder.embed_tokens.weight", "lm_head.weight"]]


def test_only_the_ends_of_pairs_are_compared_and_only_where_they_are_alike() -> None:
    asked: list[tuple[str, str]] = []

    def equal(one: Stored, other: Stored) -> bool:
        asked.append((one.name, other.name))
        return True

    state = {
        "wte.weight": matrix(),
        "a.weight": matrix(),
        "b.weight": matrix(),
        "lm_head.weight": matrix(),
        "decoder.weight": matrix(),
        "word_embeddings.weight": matrix(dtype="float64"),
        "table.weight": np.zeros((2, 3), dtype=np.float32),
        "head.weight": matrix(),
    }
    found = ties(tensors("f", "state", state), DECLARED, equal)
    assert asked == [("lm_head.weight", "wte.weight")]
    assert found.groups == [["wte.weight", "lm_head.weight"]]


def test_a_pair_of_one_memory_is_not_compared() -> None:
    W = matrix()
    found = ties(tensors("f", "state", {"lm_head.weight": W, "wte.weight": W}), (), lambda *_: pytest.fail("compared"))
    assert found.groups == [["lm_head.weight", "wte.weight"]]


@pytest.mark.parametrize("make", [lambda W: W, lambda W: W.copy()], ids=["one memory", "equal bytes"])
def test_tied_names_are_projected_once_and_stay_one(make: Callable[[Host], Host], tmp_path: Path) -> None:
    W = matrix()
    state = {"wte.weight": W, "lm_head.weight": make(W)}
    new, report = fire_ref.reinitialize(state, "gpt")
    assert new["wte.weight"] is new["lm_head.weight"]
    assert report.changed == ("wte.weight", "lm_head.weight")
    assert len(report.rows) == 1
    state = {"wte.weight": W, "lm_head.weight": matrix(1)}
    new, report = fire_ref.reinitialize(state, "gpt")
    assert report.changed == ("lm_head.weight",)
    assert report.notes == (TWO.format("lm_head.weight", "wte.weight"),)
    np.savez(tmp_path / "net.npz", **{"wte.weight": W, "lm_head.weight": W})
    found = ties(tensors("f", "state", tmp_path / "net.npz"), ())
    assert found.groups == [["wte.weight", "lm_head.weight"]]


def test_a_tie_across_libraries_keeps_each_in_its_own() -> None:
    torch = available("torch")
    state = {"lm_head.weight": matrix(), "wte.weight": torch.tensor(matrix())}
    mine = Recipe("mine", "this test", (Rule(),))
    new, report = fire_ref.reinitialize(state, mine)
    assert [type(value) for value in new.values()] == [np.ndarray, torch.Tensor]
    assert report.changed == tuple(state)
