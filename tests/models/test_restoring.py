"""Tensors put back to their initial values, and copies: in memory of their own, as the network keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import fire_ref
from fire_ref.arrays import home, to_host
from fire_ref.checkpoints import Stored
from fire_ref.layout import DEFAULTS
from fire_ref.models.deciding import Decisions, decide
from fire_ref.models.recipe import Recipe
from fire_ref.models.restoring import copied, duplicated, initial_tensors, require_a_copy_to_fit, restored
from fire_ref.models.rule import Rule
from fire_ref.models.state import tensors

from ..backends import Backend, available
from .official import Host

RECIPE = Recipe("mine", "this test", (Rule("^fc", "reset"), Rule(axes={2})))


def stored(value: Any, name: str = "w") -> Stored:
    return tensors("f", "state", {name: value})[0]


def decided(state: dict[str, Any], recipe: Recipe = RECIPE) -> Decisions:
    return decide("f", tensors("f", "state", state), DEFAULTS, recipe)


def initial(values: Any, state: dict[str, Any], recipe: Recipe = RECIPE, **options: Any) -> dict[str, Stored]:
    return initial_tensors("f", values, recipe, decided(state, recipe), **options)


def matrix(seed: int = 0, dtype: str = "float64") -> Host:
    return np.random.default_rng(seed).standard_normal((3, 2)).astype(dtype)


def test_initial_values_are_found_for_what_is_reset_and_nothing_else() -> None:
    state = {"fc.weight": matrix(), "fc.bias": np.ones(3), "other": matrix(1)}
    fresh = {"fc.bias": np.zeros(3), "fc.weight": matrix(2), "other": matrix(3), "more": matrix(4)}
    found = initial(fresh, state)
    assert list(found) == ["fc.weight", "fc.bias"]
    assert found["fc.weight"].read() is fresh["fc.weight"]


def test_initial_values_come_from_files_modules_and_trees_too(tmp_path: Path) -> None:
    nn = available("torch.nn")
    np.savez(tmp_path / "fresh.npz", **{"fc.weight": matrix(2)})
    state = {"fc.weight": matrix()}
    for path in (tmp_path / "fresh.npz", str(tmp_path / "fresh.npz")):
        assert np.array_equal(initial(path, state)["fc.weight"].read(), matrix(2))
    with pytest.raises(TypeError, match=r"^f: initial must be a mapping of names to arrays or a torch.nn.Module; got"):
        initial(str(tmp_path / "fresh.npz"), state, files=False)
    layer = nn.ModuleDict({"fc": nn.Linear(2, 3)})
    assert initial(layer, state)["fc.weight"].read().data_ptr() == layer["fc"].weight.data_ptr()
    assert initial({"fc": {"kernel": matrix(2)}}, {"fc/kernel": matrix()})["fc/kernel"].name == "fc/kernel"


def test_one_of_the_names_of_a_tied_tensor_is_enough() -> None:
    """A file keeps a tied tensor once, and which of its names is chance."""
    shared = matrix()
    state = {"fc1.weight": shared, "fc2.weight": shared}
    for name in state:
        found = initial({name: matrix(2)}, state)
        assert np.array_equal(found["fc1.weight"].read(), matrix(2))
        new, report = fire_ref.reinitialize(state, RECIPE, initial={name: matrix(2)})
        assert new["fc1.weight"] is new["fc2.weight"]
        assert np.array_equal(new["fc1.weight"], matrix(2))
        assert report.changed == ("fc1.weight", "fc2.weight")


@pytest.mark.parametrize(
    ("given", "recipe", "error", "said"),
    [
        (None, RECIPE, ValueError, "be given: recipe 'mine' puts 2 tensors back to their initial values; got None"),
        ({"x": np.eye(2)}, fire_ref.RECIPES["gpt"], ValueError, "be left out: recipe 'gpt' puts no tensor back"),
        ({"fc.weight": np.eye(2)}, RECIPE, ValueError, "hold all that is put back, 'fc.bias' among it; got 1 missing"),
        ({"other": np.eye(2)}, RECIPE, ValueError, "hold all that is put back, 'fc.weight' among it; got 2 missing"),
        ({}, RECIPE, ValueError, "hold at least one tensor; got none"),
        ([np.eye(2)], RECIPE, TypeError, "be a mapping of names to arrays or a torch.nn.Module, or the path"),
        ({0: np.eye(2)}, RECIPE, TypeError, "have strings for names; got 0"),
    ],
    ids=str,
)
def test_initial_values_that_are_missing_or_needless_are_refused(
    given: Any, recipe: Recipe, error: type[Exception], said: str
) -> None:
    state = {"fc.weight": matrix(), "fc.bias": np.ones(3), "other": matrix(1)}
    with pytest.raises(error, match=rf"^f: initial must {re.escape(said)}.*\. Try .+\.$"):
        initial(given, state, recipe)


def test_a_recipe_that_resets_nothing_here_needs_no_initial_values() -> None:
    assert initial(None, {"other": matrix()}) == {}
    assert initial({"x": matrix()}, {"other": matrix()}) == {}


def test_values_come_back_in_the_library_dtype_and_device_of_the_network(arrays: Backend) -> None:
    W = np.array([[0.1, -2.0], [3.0, 1.0]])
    for dtype in arrays.precisions:
        like = arrays.make(np.ones((2, 2)), dtype)
        for before in (W, W.astype(np.float32), W.astype(ml_dtypes.bfloat16), arrays.make(W, dtype)):
            V = restored("f", stored(like), stored(before))
            assert (home(V), V.dtype, tuple(V.shape)) == (home(like), like.dtype, (2, 2))
            assert np.array_equal(arrays.host(V), arrays.host(arrays.make(to_host(before), dtype)))
            assert V is not before


@pytest.mark.parametrize(
    "odd",
    [
        lambda W: W.astype(">f4"),
        lambda W: np.asfortranarray(W),
        lambda W: W[::-1].copy()[::-1],
        lambda W: np.frombuffer(W.tobytes()).reshape(W.shape),  # read-only, as from a file
        lambda W: np.repeat(W, 2, axis=1)[:, ::2],
        lambda W: W.astype(ml_dtypes.bfloat16),
    ],
    ids=["big-endian", "columns first", "reversed", "read-only", "every second", "bfloat16"],
)
def test_numpy_values_reach_every_library_whatever_their_memory(arrays: Backend, odd: Callable[[Host], Any]) -> None:
    W = odd(np.array([[0.5, -2.0], [3.0, 1.0]]))  # exact in every dtype
    like = arrays.make(np.ones((2, 2)), arrays.widest)
    V = restored("f", stored(like), stored(W))
    assert (home(V), V.dtype) == (home(like), like.dtype)
    assert np.array_equal(arrays.host(V), W.astype(np.float64))


def test_restored_values_share_no_memory_with_the_initial_network() -> None:
    torch = available("torch")
    W, T = matrix(), torch.ones(3, 2)
    for like, before in ((matrix(1), W), (torch.zeros(3, 2), T), (torch.zeros(3, 2), W.astype(np.float32))):
        V = restored("f", stored(like), stored(before))
        kept = np.asarray(before).copy()
        V *= 0
        assert np.array_equal(np.asarray(before), kept)
    assert like.sum() == 0


def test_integers_are_restored_as_they_are() -> None:
    torch = available("torch")
    for like in (np.arange(3), torch.arange(3)):
        V = restored("f", stored(like), stored(np.array([7, 8, 9])))
        assert V.dtype == like.dtype
        assert list(V) == [7, 8, 9]


def test_values_go_to_the_device_of_the_network() -> None:
    strict = available("array_api_strict")
    device = strict.Device("device1")
    like = strict.asarray(np.zeros((3, 2)), device=device)
    for before in (matrix(), strict.asarray(matrix()), strict.asarray(matrix(), device=device)):
        assert restored("f", stored(like), stored(before)).device == device
    assert copied(like).device == device


def test_parameters_leave_their_graph() -> None:
    torch = available("torch")
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    computed = parameter * 2
    for value in (parameter, computed):
        assert not restored("f", stored(value), stored(value)).requires_grad
        copy = copied(value)
        assert type(copy) is torch.Tensor
        assert not copy.requires_grad
        assert copy.data_ptr() != value.data_ptr()
        assert torch.equal(copy, value.detach())
    assert parameter.requires_grad


@pytest.mark.parametrize(
    ("before", "error", "said"),
    [
        (lambda: np.ones((2, 3)), ValueError, "have the shape (3, 2) of the tensor that it replaces; got (2, 3)"),
        (lambda: np.ones(6), ValueError, "have the shape (3, 2) of the tensor that it replaces; got (6,)"),
        (lambda: np.ones((3, 2), dtype=int), TypeError, "have the dtype float32 of the tensor that it replaces; got i"),
        (lambda: np.ones((3, 2), dtype=complex), TypeError, "have the dtype float32 of the tensor that it replaces"),
        (lambda: np.ones((3, 2), dtype=bool), TypeError, "have the dtype float32 of the tensor that it replaces"),
        (lambda: [[1.0, 2.0]] * 3, TypeError, "be an array; got list, no array"),
        (lambda: np.ma.array(np.ones((3, 2))), TypeError, "be a dense array"),
        (
            lambda: available("jax").numpy.ones((3, 2)),
            TypeError,
            "be of the state's library, or of NumPy; got ArrayImp",
        ),
        (lambda: available("torch").ones(3, 2, device="meta"), TypeError, "be a whole, dense tensor with values"),
        (lambda: available("torch").ones(3, 2).to_sparse(), TypeError, "be a whole, dense tensor with values"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(
    before: Callable[[], Any], error: type[Exception], said: str
) -> None:
    like = available("torch").ones(3, 2)
    with pytest.raises(error, match=rf"^f: initial\['fc'\] must {re.escape(said)}.*\. Try .+\.$"):
        restored("f", stored(like), stored(before(), "fc"))


def test_a_tensor_without_values_is_not_put_back() -> None:
    like = available("torch").ones(3, 2, device="meta")
    with pytest.raises(TypeError, match=r"^f: state\['w'\] must be a whole, dense tensor with values; got .* meta"):
        restored("f", stored(like), stored(np.ones((3, 2), dtype=np.float32)))


def test_a_copy_has_memory_of_its_own(arrays: Backend) -> None:
    W = arrays.make(np.eye(3), arrays.widest)
    V = copied(W)
    assert (home(V), V.dtype) == (home(W), W.dtype)
    assert np.array_equal(arrays.host(V), np.eye(3))
    assert stored(V).place != stored(W).place, "which would make the two tied"


def test_a_copy_must_fit() -> None:
    def tensor(name: str, shape: tuple[int, ...], dtype: str = "float32") -> Stored:
        return Stored(name, shape, dtype, lambda: None)

    source = tensor("q.fc", (3, 2))
    require_a_copy_to_fit("f", source, tensor("target.fc", (3, 2)))
    for target, got in (
        (tensor("target.fc", (2, 3)), "float32 (2, 3) for float32 (3, 2)"),
        (tensor("target.fc", (3, 2), "float16"), "float16 (3, 2) for float32 (3, 2)"),
    ):
        with pytest.raises(
            ValueError, match=rf"^f: state\['target.fc'\] must .* 'q.fc', which .*; got {re.escape(got)}"
        ):
            require_a_copy_to_fit("f", source, target)


def test_equal_values_that_are_not_tied_are_noted(arrays: Backend) -> None:
    W = np.arange(6.0).reshape(3, 2)
    wide = arrays.widest
    state = {
        "critic1": arrays.make(W, wide),
        "critic2": arrays.make(W, wide),
        "turned": arrays.make(W.reshape(2, 3), wide),
        "other": arrays.make(W + 1, wide),
        "narrow": arrays.make(W, arrays.precisions[1]),
        "critic3": arrays.make(W, wide),
        "unasked": arrays.make(W, wide),
    }
    by_name = {tensor.name: tensor for tensor in tensors("f", "state", state)}
    asked = [name for name in state if name != "unasked"]
    note = "{} holds the same values as critic1 and is not tied to it: each is treated by itself"
    assert duplicated(by_name, asked) == [note.format("critic2"), note.format("critic3")]
    assert duplicated(by_name, ["critic1", "other"]) == []
    kept = {name: state[name] for name in ("critic1", "critic2", "other")}
    assert fire_ref.reinitialize(kept, "official")[1].notes == (note.format("critic2"),)


def test_a_network_is_reset_and_copied_as_its_recipe_says(arrays: Backend, rng: np.random.Generator) -> None:
    recipe = Recipe(
        "mine",
        "this test",
        (Rule("^target_(.*)", "copy", source=(r"q_\1",)), Rule("fc", "reset"), Rule(axes={2}, method="svd")),
    )
    values = {"q_fc": rng.standard_normal(3), "q_w": rng.standard_normal((3, 2)), "q_kept": rng.standard_normal(4)}
    target = {name.replace("q", "target", 1): value + 1 for name, value in values.items()}
    state = {name: arrays.make(value, arrays.widest) for name, value in {**target, **values}.items()}
    fresh = rng.standard_normal(3)
    new, report = fire_ref.reinitialize(state, recipe, initial={"q_fc": fresh})
    assert np.array_equal(arrays.host(new["q_fc"]), arrays.host(arrays.make(fresh, arrays.widest)))
    assert new["q_kept"] is state["q_kept"]
    for name in values:
        copy = name.replace("q", "target", 1)
        assert np.array_equal(arrays.host(new[copy]), arrays.host(new[name]))
        assert new[copy] is not new[name]
        assert not np.array_equal(arrays.host(new[copy]), arrays.host(state[copy]))
    assert report.done["target_fc"] == "copied from q_fc"
    assert report.done["q_fc"] == "reset to its initial values"


@pytest.mark.parametrize(
    ("value", "dtype", "said"),
    [
        (np.nan, "float64", r"be finite in float64; got nan at index \(1, 0\)"),
        (-np.inf, "float32", r"be finite in float32; got -inf at index \(1, 0\)"),
        (1e300, "float32", r"be finite in float32; got inf at index \(1, 0\)"),
        (70000.0, "float16", r"be finite in float16; got inf at index \(1, 0\)"),
    ],
)
def test_initial_values_that_are_not_finite_as_they_would_be_kept_are_refused(
    value: float, dtype: str, said: str
) -> None:
    initial = np.ones((2, 2))
    initial[1, 0] = value
    state = {"fc.weight": np.eye(2, dtype=dtype)}
    with pytest.raises(ValueError, match=rf"^reinitialize: initial\['fc.weight'\] must {said}\. Try "):
        fire_ref.reinitialize(state, "dqn", initial={"fc.weight": initial})
    initial[1, 0] = 2.0
    assert fire_ref.reinitialize(state, "dqn", initial={"fc.weight": initial})[0]["fc.weight"][1, 0] == 2.0
