"""Weights of one kind in one call: the same as one by one, each in its own memory, each error with its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import polar, schulz, values
from fire_ref.arrays import home, to_host
from fire_ref.layout import parse
from fire_ref.models import batching, projecting
from fire_ref.models.batching import Member, batches, in_batches
from fire_ref.operands import operand

from ..backends import available, backend
from .official import Host, allowed, official

#: By matrix shape: what is in one batch where the dtype is one. Kernels meet linear weights; wide is not tall.
SHAPES = {
    "one": (5, 3),
    "wide": (3, 5),
    "conv": (5, 3, 2, 2),
    "two": (5, 3),
    "deep": (3, 5, 2),
    "long": (5, 3, 3, 1),
    "alone": (4, 4),
}
KINDS = 3
LAYOUTS = "OIW"


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every array lie elsewhere than on the host."""
    monkeypatch.setattr(projecting, "on_host", lambda _: False)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Record the shape of every stack that is projected."""
    seen: list[tuple[int, ...]] = []

    def recorded(original: Callable[..., Any]) -> Callable[..., Any]:
        def called(function: str, w: Any, stack: Any, *rest: Any) -> Any:
            seen.append(tuple(stack.shape))
            return original(function, w, stack, *rest)

        return called

    monkeypatch.setattr(schulz, "run", recorded(schulz.run))
    monkeypatch.setattr(polar, "factor", recorded(polar.factor))
    return seen


def network(rng: np.random.Generator, make: Callable[[Host], Any]) -> dict[str, Any]:
    return {name: make(rng.standard_normal(shape)) for name, shape in SHAPES.items()}


def members(state: dict[str, Any], layouts: dict[int, str] | None = None) -> list[Member]:
    found = []
    for name, array in state.items():
        w = operand("f", name, array)
        found.append(Member(f"state[{name!r}]", w, parse("f", (layouts or {3: "OIW"}).get(len(w.shape)), w.shape)))
    return found


def plan(steps: int = 10, eps: float = 0.0) -> schulz.Plan:
    return schulz.plan("f", steps, "cubic", "frobenius", eps, None)


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("method", ["newton-schulz", "svd", "fast"])
@pytest.mark.parametrize("name", ["numpy", "strict", "torch", "jax", "cupy"])
def test_the_whole_network_is_as_one_by_one(
    name: str, method: str, rng: np.random.Generator, runs: list[tuple[int, ...]]
) -> None:
    with backend(name) as arrays:
        for dtype in arrays.precisions:
            state = network(rng, lambda W, dtype=dtype: arrays.make(W, dtype))
            before = {key: arrays.host(value).copy() for key, value in state.items()}
            runs.clear()
            new, report = fire_ref.reinitialize(state, "official", method=method, layout=LAYOUTS)
            taken = [key for key in SHAPES if key != "deep"]  # the recipe takes 2 and 4 axes
            assert sorted(runs) == sorted([(9, 5, 3), (3, 5), (4, 4)])
            assert list(report.changed) == [row.name for row in report.rows] == taken
            for key in taken:
                alone = fire_ref.fire(state[key], method=method)
                steps = 10 if method == "newton-schulz" else None
                bound = allowed(before[key], dtype, steps)
                assert home(new[key]) == home(state[key])
                assert (new[key].dtype, new[key].shape) == (state[key].dtype, state[key].shape)
                assert np.linalg.norm(arrays.host(new[key]) - arrays.host(alone)) <= 2 * bound, key
                assert np.linalg.norm(arrays.host(new[key]) - official(before[key], steps)) <= bound, key
                assert np.array_equal(arrays.host(state[key]), before[key]), f"{key} was written"


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_on_the_host_each_weight_has_a_call_of_its_own(
    name: str, rng: np.random.Generator, runs: list[tuple[int, ...]]
) -> None:
    with backend(name) as arrays:
        fire_ref.reinitialize(network(rng, arrays.make), "official")
    assert runs == [(5, 3), (3, 5), (2, 2, 5, 3), (5, 3), (3, 1, 5, 3), (4, 4)]


@pytest.mark.parametrize("name", ["array_api_strict", "torch"])
def test_on_another_device_they_have_few(name: str, rng: np.random.Generator, runs: list[tuple[int, ...]]) -> None:
    library = available(name)
    if name == "torch" and not library.cuda.is_available():
        pytest.skip("torch finds no GPU")
    device = "cuda" if name == "torch" else library.Device("device1")
    state = network(rng, lambda W: library.asarray(W, device=device))
    new, report = fire_ref.reinitialize(state, "official")
    assert sorted(runs) == [(3, 5), (4, 4), (9, 5, 3)]
    for key in report.changed:
        assert home(new[key]) == home(state[key])
        W = to_host(state[key])
        assert np.linalg.norm(to_host(new[key]) - official(W)) <= allowed(W, "float64")


@pytest.mark.usefixtures("apart")
def test_reports_do_not_differ(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    state = network(rng, torch.tensor)
    _, together = fire_ref.reinitialize(state, "official")
    monkeypatch.setattr(projecting, "on_host", lambda _: True)
    _, alone = fire_ref.reinitialize(state, "official")
    assert (together.rows, together.changed, together.skipped) == (alone.rows, alone.changed, alone.skipped)
    assert together.dfi_after == pytest.approx(alone.dfi_after, rel=1e-12)
    assert together.sfe_paid == pytest.approx(alone.sfe_paid, rel=1e-12)


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 2.5])
@pytest.mark.parametrize("method", ["svd", "newton-schulz"])
def test_each_weight_has_its_gain(name: str, gain: str | float, method: str, rng: np.random.Generator) -> None:
    how = plan() if method == "newton-schulz" else method
    with backend(name) as arrays:
        state = network(rng, lambda W: arrays.make(W * rng.uniform(0.5, 9)))
        found = in_batches("f", members(state), how, gain)
        for (key, W), new in zip(state.items(), found, strict=True):
            alone = fire_ref.fire(W, method=method, gain=gain, layout="OIW" if key == "deep" else None)
            size = float(np.linalg.norm(arrays.host(alone)))
            assert np.linalg.norm(arrays.host(new) - arrays.host(alone)) <= 1e-12 * size, key


@pytest.mark.parametrize("name", ["numpy", "torch", "strict"])
def test_layouts_of_jax_meet_by_the_shape_of_their_matrices(
    name: str, rng: np.random.Generator, runs: list[tuple[int, ...]]
) -> None:
    kernels = {"dense": (3, 5), "conv": (2, 2, 3, 5), "batch": (7, 3, 5)}
    layouts = {2: "IO", 3: "bIO", 4: "HWIO"}
    with backend(name) as arrays:
        state = {key: arrays.make(rng.standard_normal(shape)) for key, shape in kernels.items()}
        found = in_batches("f", members(state, layouts), "svd", "fan")
        assert runs == [(12, 5, 3)]
        for W, new in zip(state.values(), found, strict=True):
            alone = arrays.host(fire_ref.fire(W, layout=layouts[len(W.shape)]))
            assert np.linalg.norm(arrays.host(new) - alone) <= 1e-13 * np.linalg.norm(alone)


@pytest.mark.usefixtures("apart")
def test_two_precisions_are_two_batches(rng: np.random.Generator, runs: list[tuple[int, ...]]) -> None:
    torch = available("torch")
    dtypes = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
    state = {
        f"{dtype}.{i}": torch.tensor(rng.standard_normal((6, 4))).to(dtype) for i, dtype in product(range(2), dtypes)
    }
    new, _ = fire_ref.reinitialize(state, "official")
    assert runs == [(2, 6, 4)] * 4
    for key, W in state.items():
        assert new[key].dtype == W.dtype
        values = to_host(W).astype(np.float64)
        assert np.linalg.norm(to_host(new[key]) - official(values)) <= allowed(values, str(W.dtype).split(".")[1])


@pytest.mark.usefixtures("apart")
def test_two_libraries_are_two_batches(rng: np.random.Generator, runs: list[tuple[int, ...]]) -> None:
    torch, W = available("torch"), rng.standard_normal((6, 4))
    state = {"a": W, "b": torch.tensor(W), "c": W.copy(), "d": torch.tensor(W)}
    new, _ = fire_ref.reinitialize(state, "official", method="svd")
    assert runs == [(2, 6, 4)] * 2
    assert [type(value) for value in new.values()] == [type(value) for value in state.values()]


@pytest.mark.usefixtures("apart")
def test_tied_tensors_are_in_a_batch_once(rng: np.random.Generator, runs: list[tuple[int, ...]]) -> None:
    torch = available("torch")
    shared, other = (torch.tensor(rng.standard_normal((5, 3))) for _ in range(2))
    new, report = fire_ref.reinitialize({"wte": shared, "other": other, "head": shared}, "official")
    assert runs == [(2, 5, 3)]
    assert new["wte"] is new["head"]
    assert report.changed == ("wte", "other", "head")
    assert [row.name for row in report.rows] == ["wte", "other"]


@pytest.mark.parametrize("gain", ["fan", "norm", 2.0])
@pytest.mark.parametrize("how", ["svd", plan(0), plan(3)], ids=["svd", "0 steps", "3 steps"])
def test_each_new_weight_has_memory_of_its_own(how: Any, gain: Any, rng: np.random.Generator) -> None:
    torch = available("torch")
    state = network(rng, np.asarray)
    found = in_batches("f", members(state), how, gain)
    assert all(new.base is None or new.base.size == new.size for new in found)
    assert all(new.flags.c_contiguous and new.flags.writeable for new in found)
    assert not any(np.shares_memory(new, W) for new, W in product(found, [*state.values(), *found]) if new is not W)
    state = network(rng, torch.tensor)
    found = in_batches("f", members(state), how, gain)
    assert all(new.untyped_storage().nbytes() == new.nbytes and new.is_contiguous() for new in found)
    assert len({array.data_ptr() for array in [*found, *state.values()]}) == 2 * len(SHAPES)


def test_no_batch_exceeds_the_limit_and_a_larger_weight_is_alone(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, runs: list[tuple[int, ...]]
) -> None:
    matrix = 5 * 3 * 8
    monkeypatch.setattr(batching, "LIMIT", 3 * matrix)
    taps = (1, 1, 2, 7, 1, 2, 3, 1)
    state = {f"w{i}": rng.standard_normal((5, 3, many)) for i, many in enumerate(taps)}
    assert list(batches(members(state))) == [[0, 1], [2], [3], [4, 5], [6], [7]]
    found = in_batches("f", members(state), "svd", "fan")
    assert runs == [(2, 5, 3), (2, 5, 3), (7, 5, 3), (3, 5, 3), (3, 5, 3), (1, 5, 3)]
    for W, new in zip(state.values(), found, strict=True):
        alone = fire_ref.fire(W, layout="OIW")
        assert np.linalg.norm(new - alone) <= 1e-13 * np.linalg.norm(alone)
    monkeypatch.setattr(batching, "LIMIT", 3 * matrix - 1)
    assert list(batches(members(state))) == [[0, 1], [2], [3], [4], [5], [6], [7]]
    halves = {name: W.astype(np.float16) for name, W in state.items()}
    assert list(batches(members(halves))) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_nothing_is_no_batch() -> None:
    assert list(batches([])) == []
    assert in_batches("f", [], "svd", "fan") == []


@pytest.mark.parametrize("method", ["svd", "newton-schulz"])
def test_one_flag_is_read_for_each_batch(
    method: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = values.require

    def counted(*arguments: Any, **options: Any) -> None:
        read.append(1)
        original(*arguments, **options)

    monkeypatch.setattr(values, "require", counted)
    with backend("strict") as arrays:
        state = network(rng, arrays.make)
        in_batches("f", members(state), plan() if method == "newton-schulz" else method, "fan")
    assert len(read) == KINDS


@pytest.fixture(params=["numpy", "torch", "strict"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[[Host], Any]]:
    with backend(request.param) as arrays:
        yield arrays.make


@pytest.mark.parametrize("others", [True, False], ids=["in a batch", "alone"])
@pytest.mark.parametrize("how", ["svd", plan()], ids=["svd", "newton-schulz"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_weight_that_is_not_finite_is_named(bad: float, how: Any, others: bool, make: Any) -> None:
    kernel = np.ones((5, 3, 2, 2))
    kernel[4, 1, 0, 1] = bad
    state = {"fine": make(np.ones((5, 3)))} if others else {}
    text = f"f: state['bad'] must be finite; got {bad} at index (4, 1, 0, 1). Try looking at where it came from."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        in_batches("f", members(state | {"bad": make(kernel)}), how, "fan")


@pytest.mark.parametrize("others", [True, False], ids=["in a batch", "alone"])
def test_a_zero_matrix_is_named_where_it_is_divided_by(others: bool, make: Any) -> None:
    kernel = np.ones((5, 3, 2, 2))
    kernel[:, :, 1, 0] = 0
    state = ({"fine": make(np.ones((5, 3)))} if others else {}) | {"dead": make(kernel)}
    text = "f: state['dead'] must be nonzero; got a zero matrix at stack index (1, 0). Try method='svd', or leaving it"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        in_batches("f", members(state), plan(), "fan")
    for how in (plan(eps=1e-8), "svd"):
        assert len(in_batches("f", members(state), how, "fan")) == len(state)


def test_a_zero_matrix_that_is_not_divided_by_is_not_blamed(make: Any) -> None:
    state = {"dead": make(np.zeros((3, 3))), "bad": make(np.diag([1.0, np.nan, 1.0]))}
    for how in ("svd", plan(eps=1e-8), schulz.plan("f", 3, "cubic", "none", 0.0, None)):
        with pytest.raises(ValueError, match=r"^f: state\['bad'\] must be finite; got nan at index \(1, 1\)"):
            in_batches("f", members(state), how, "fan")


@pytest.mark.usefixtures("apart")
def test_the_network_refuses_as_one_by_one(make: Any) -> None:
    state = {"fine": make(np.eye(3)), "dead": make(np.zeros((3, 3)))}
    text = "reinitialize: state['dead'] must be nonzero; got a zero matrix. Try method='svd', or leaving it out."
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        fire_ref.reinitialize(state, "official")
    assert fire_ref.reinitialize(state, "official", method="svd")[1].changed == ("fine", "dead")
    state["dead"] = make(np.diag([1.0, np.nan, 1.0]))
    with pytest.raises(ValueError, match=r"^reinitialize: state\['dead'\] must be finite; got nan at index \(1, 1\)\."):
        fire_ref.reinitialize(state, "official")


def test_an_error_of_another_kind_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise ValueError("something else")

    monkeypatch.setattr(polar, "factor", failing)
    with pytest.raises(ValueError, match=r"^something else$"):
        in_batches("f", members({"a": np.eye(2), "b": np.eye(2)}), "svd", "fan")
