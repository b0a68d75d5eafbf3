"""A network as a list of named tensors: from a mapping, a module or a file; what is tied, and whose it is."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from fire_ref.models.state import tensors, together

from ..backends import HALF, Backend, available


def test_a_mapping_is_listed_in_its_order_with_shapes_and_dtypes(arrays: Backend) -> None:
    state = {"b": arrays.make(np.ones((3, 2)), arrays.widest), "a": arrays.make(np.ones(4), arrays.precisions[1])}
    found = tensors("f", "state", state)
    assert [(t.name, t.shape, t.dtype) for t in found] == [
        ("b", (3, 2), arrays.widest),
        ("a", (4,), arrays.precisions[1]),
    ]
    for tensor in found:
        assert all(type(n) is int for n in tensor.shape)
        assert tensor.read() is state[tensor.name]
        assert tensor.owner is tensor.trouble is None


@pytest.mark.parametrize("kind", [dict, OrderedDict, lambda pairs: MappingProxyType(dict(pairs))])
def test_every_mapping_will_do(kind: Any) -> None:
    assert [t.name for t in tensors("f", "state", kind([("w", np.eye(2)), ("v", np.eye(3))]))] == ["w", "v"]


@pytest.mark.parametrize(
    ("value", "trouble"),
    [
        (3, "int, no array"),
        (None, "NoneType, no array"),
        ("text", "str, no array"),
        ([[1.0, 2.0], [3.0, 4.0]], "list, no array"),
        (b"bytes", "bytes, no array"),
    ],
)
def test_what_is_no_array_is_listed_with_its_trouble(value: Any, trouble: str) -> None:
    weight, odd = tensors("f", "state", {"w": np.eye(2), "odd": value})
    assert (odd.name, odd.shape, odd.dtype, odd.trouble) == ("odd", (), "none", trouble)
    assert odd.read() is value
    assert weight.trouble is None


def test_a_file_is_opened_and_read_tensor_by_tensor(tmp_path: Path) -> None:
    W = np.arange(6.0).reshape(2, 3)
    np.savez(tmp_path / "net.npz", w=W, b=np.ones(2, dtype=np.float32))
    for path in (tmp_path / "net.npz", str(tmp_path / "net.npz")):
        found = tensors("f", "state", path)
        assert [(t.name, t.shape, t.dtype) for t in found] == [("w", (2, 3), "float64"), ("b", (2,), "float32")]
        assert np.array_equal(found[0].read(), W)


@pytest.mark.parametrize("state", [{}, OrderedDict()])
def test_nothing_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match=r"^f: state must hold at least one tensor; got none\. Try a state dict\.$"):
        tensors("f", "state", state)


@pytest.mark.parametrize("state", [None, 3, [np.eye(2)], np.eye(2), b"net.npz", {"w"}])
def test_what_is_no_network_is_refused(state: Any) -> None:
    with pytest.raises(TypeError, match=r"^f: state must be a mapping of names to arrays.*; got \w+\. Try a state"):
        tensors("f", "state", state)


def test_a_tree_is_named_by_the_way_to_each_entry() -> None:
    W = np.eye(2)
    found = tensors("f", "state", {"epoch": 3, "model": {"fc": {"kernel": W}}})
    assert [(t.name, t.trouble) for t in found] == [("epoch", "int, no array"), ("model/fc/kernel", None)]
    assert found[1].read() is W


@pytest.mark.parametrize("name", [0, ("params", "Dense_0", "kernel"), None])
def test_names_that_are_no_strings_are_refused_and_not_rewritten(name: Any) -> None:
    """A new state under other names than the old one would not go back to where it came from."""
    with pytest.raises(TypeError, match=r"^f: state must .*; got .*\. Try "):
        tensors("f", "state", {name: np.eye(2)})


# PyTorch says this once in a process, whichever test comes first.
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_nested_torch_tensor_is_refused_by_name() -> None:
    torch = available("torch")
    nested = torch.nested.nested_tensor([torch.eye(2), torch.eye(3)])
    with pytest.raises(TypeError, match=r"^f: state\['w'\] must be an array; got a nested tensor\. Try one tensor"):
        tensors("f", "state", {"w": nested})


def test_one_array_under_two_names_is_tied_to_the_first(arrays: Backend) -> None:
    shared, other = (arrays.make(np.eye(3), arrays.widest) for _ in range(2))
    found = tensors("f", "state", {"wte": shared, "other": other, "head": shared, "third": shared})
    assert together(found) == {"head": "wte", "third": "wte"}


def test_a_view_of_the_same_memory_is_tied_if_it_is_seen_the_same_way() -> None:
    torch = available("torch")
    for W, same in (np.arange(9.0).reshape(3, 3), lambda a: a[:]), (torch.eye(3), lambda a: a.detach()):
        state = {"w": W, "view": same(W), "transposed": W.T, "part": W[:2], "bits": W.view(W.dtype)}
        assert together(tensors("f", "state", state)) == {"view": "w", "bits": "w"}


def test_equal_values_and_empty_tensors_are_not_tied() -> None:
    torch = available("torch")
    state = {"a": np.eye(2), "b": np.eye(2), "c": torch.empty(0, 3), "d": torch.empty(0, 3), "e": 1, "f": 1}
    assert together(tensors("f", "state", state)) == {}


def test_another_dtype_of_the_same_memory_is_not_tied() -> None:
    bits = np.arange(4, dtype=np.uint16).reshape(2, 2)
    state = {"bits": bits, "half": bits.view(np.float16), "bfloat": bits.view(HALF["bfloat16"])}
    assert together(tensors("f", "state", state)) == {}
