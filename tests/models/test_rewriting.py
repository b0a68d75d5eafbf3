"""FIRE on a whole state in memory: the official loop, what is left as it was, and what the report says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.arrays import home
from fire_ref.tolerances import EPS, iterate_bound, residual_bound

from ..backends import Backend, available, backend
from .official import allowed, official
from .truth import E64, Host, square_slack

SHAPES = {"fc.weight": (5, 3), "conv.weight": (5, 3, 2, 2), "head.weight": (3, 5)}
NETWORK = "state must be a mapping of names to arrays or a torch.nn.Module"


def precisions(arrays: Backend) -> tuple[str, ...]:
    """Return the precisions to try; JAX compiles every one anew, and those below the widest once are enough."""
    return arrays.precisions[:1] if arrays.name == "jax-x64" else arrays.precisions


def network(rng: np.random.Generator, make: Callable[[Host], Any] = np.asarray) -> dict[str, Any]:
    """Make a flat state of weights, vectors and what is neither."""
    weights = {name: make(rng.standard_normal(shape)) for name, shape in SHAPES.items()}
    others = {"fc.bias": make(rng.standard_normal(5)), "conv1d": make(rng.standard_normal((3, 2, 5)))}
    return {"steps": np.array(7), **weights, **others, "table": np.arange(6).reshape(2, 3), "epoch": 3}


@pytest.mark.parametrize(
    "options", [{}, {"steps": 4}, {"method": "svd"}, {"method": "svd", "steps": 4}, {"method": "fast"}], ids=str
)
def test_every_weight_is_what_the_official_loop_makes_of_it(
    arrays: Backend, rng: np.random.Generator, options: dict[str, Any]
) -> None:
    steps = None if options.get("method") in ("svd", "fast") else options.get("steps", 10)
    for dtype in precisions(arrays):
        state = network(rng, lambda values, dtype=dtype: arrays.make(values, dtype))
        before = {name: arrays.host(value).copy() for name, value in state.items() if name != "epoch"}
        new, report = fire_ref.reinitialize(state, "official", **options)
        assert list(new) == list(state)
        assert report.changed == tuple(SHAPES)
        for name, value in new.items():
            if name not in SHAPES:
                assert value is state[name]
                continue
            assert home(value) == home(state[name])
            assert (type(value), value.dtype) == (type(state[name]), state[name].dtype)
            assert tuple(value.shape) == SHAPES[name]
            gap = np.linalg.norm(arrays.host(value) - official(before[name], steps))
            assert gap <= allowed(before[name], dtype, steps), name
        for name, values in before.items():
            assert np.array_equal(arrays.host(state[name]), values), f"{name} was written"
        assert report.method == options.get("method", "newton-schulz")
        assert (report.recipe, report.steps) == ("official", steps)


def test_the_rows_foretell_what_is_measured_afterwards(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in precisions(arrays):
        state = network(rng, lambda values, dtype=dtype: arrays.make(values, dtype))
        for options, key in ({}, 10), ({"steps": 3}, 3), ({"method": "svd"}, "exact"):
            _, report = fire_ref.reinitialize(state, "official", **options)
            assert [row.name for row in report.rows] == list(report.dfi_after) == list(report.sfe_paid)
            for row in report.rows:
                assert set(row.dfi) == {3, 5, 10, "exact"} if key == 3 else {5, 10, "exact"}
                # V = c X_k is off by this much of c sqrt(q); on JAX without float64 it is measured in float32.
                weight = arrays.host(state[row.name])
                off = allowed(weight, dtype, None if key == "exact" else int(key))
                eps = EPS[arrays.widest] * max(weight.shape)
                gram = (2 + off / row.gain) * off / row.gain + 4 * eps * row.directions
                after, paid = report.dfi_after[row.name], report.sfe_paid[row.name]
                assert abs(after - row.dfi[key]) <= square_slack(max(after, row.dfi[key]), gram)
                size = row.squared_norm**0.5 + row.gain * row.directions**0.5
                assert abs(paid - row.sfe[key]) <= square_slack(max(paid, row.sfe[key]), off + 4 * eps * size)


def test_the_report_and_the_audit_have_the_same_rows(rng: np.random.Generator) -> None:
    state = network(rng)
    _, report = fire_ref.reinitialize(state, "official")
    found = fire_ref.audit(state, recipe="official")
    assert report.rows == tuple(row for row in found.rows if row.action == "fire")
    assert set(report.skipped) | set(report.changed) == set(state)
    assert found.skipped == report.skipped


def test_what_is_left_has_its_reason(rng: np.random.Generator) -> None:
    _, report = fire_ref.reinitialize(network(rng), "official")
    vector = "a vector or scalar (bias, norm), which FIRE leaves alone"
    assert report.skipped == {
        "steps": "dtype int64: FIRE is for real weights of 16 to 64 bits",
        "fc.bias": vector,
        "conv1d": "3 axes of unknown layout (a stack of matrices is bOI, a conv1d kernel OIW: say which by layout)",
        "table": "dtype int64: FIRE is for real weights of 16 to 64 bits",
        "epoch": "int, no array",
    }


@pytest.mark.parametrize("name", ["numpy", "torch", "jax"])
def test_layouts_of_jax_are_transposed_on_the_way_in_and_out(name: str, rng: np.random.Generator) -> None:
    dense, kernel = rng.standard_normal((3, 5)), rng.standard_normal((2, 2, 3, 5))
    with backend(name) as arrays:
        state = {name: arrays.make(W, arrays.widest) for name, W in {"dense": dense, "conv": kernel}.items()}
        new, report = fire_ref.reinitialize(state, "official", layout="IO,HWIO")
        back = {"dense": arrays.host(new["dense"]).T, "conv": arrays.host(new["conv"]).transpose(3, 2, 0, 1)}
    for weight, W in {"dense": dense.T, "conv": kernel.transpose(3, 2, 0, 1)}.items():
        assert np.linalg.norm(back[weight] - official(W)) <= allowed(W, arrays.widest)
    assert [row.layout for row in report.rows] == ["IO", "HWIO"]


def test_tied_tensors_are_projected_once_and_stay_tied(arrays: Backend, rng: np.random.Generator) -> None:
    shared = arrays.make(rng.standard_normal((5, 3)), arrays.widest)
    state = {"wte": shared, "other": arrays.make(np.eye(4), arrays.widest), "head": shared}
    new, report = fire_ref.reinitialize(state, "official")
    assert new["wte"] is new["head"]
    assert report.changed == ("wte", "other", "head")
    assert [row.name for row in report.rows] == ["wte", "other"]
    assert np.linalg.norm(arrays.host(new["wte"]) - official(arrays.host(shared))) <= allowed(
        arrays.host(shared), arrays.widest
    )


@pytest.mark.parametrize("names", [("part.weight_v", "fc.weight"), ("fc.weight", "part.weight_v")])
def test_every_name_is_either_changed_or_skipped_also_where_one_of_two_tied_names_is_left(
    names: tuple[str, str],
) -> None:
    shared = np.diag([3.0, 1.0])
    state = {**dict.fromkeys(names, shared), "other": np.eye(2)}
    new, report = fire_ref.reinitialize(state, "official")
    assert sorted([*report.changed, *report.skipped]) == sorted(state)
    assert [name for name in state if new[name] is not state[name]] == list(report.changed)


def test_parameters_that_require_grad_are_taken_out_of_their_graph(rng: np.random.Generator) -> None:
    torch = available("torch")
    parameter = torch.nn.Parameter(torch.tensor(rng.standard_normal((4, 3))))
    new, _ = fire_ref.reinitialize({"w": parameter, "b": torch.nn.Parameter(torch.ones(2))}, "official")
    assert not new["w"].requires_grad
    assert new["b"].requires_grad  # the same object
    assert parameter.requires_grad


def test_memory_order_and_byte_order_are_no_obstacle(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    big = W.astype(">f8")
    state = {"c": W, "f": np.asfortranarray(W), "every": np.repeat(W, 2, axis=0)[::2], "big": big}
    new, report = fire_ref.reinitialize(state, "official")
    assert report.changed == tuple(state)
    assert new["big"].dtype == big.dtype
    for name, V in new.items():
        assert np.linalg.norm(V - new["c"]) <= 2 * allowed(W, "float64"), name
        assert V.flags.c_contiguous


def test_the_exact_method_takes_a_zero_weight_and_the_iteration_refuses_it_by_name() -> None:
    state = {"fine": np.eye(2), "dead": np.zeros((3, 2))}
    whole = "state['dead'] must be nonzero; got a zero matrix. Try method='svd', or leaving it out."
    with pytest.raises(ValueError, match=f"^reinitialize: {re.escape(whole)}$"):
        fire_ref.reinitialize(state, "official")
    new, report = fire_ref.reinitialize(state, "official", method="svd")
    assert fire_ref.dfi(new["dead"], gain=1.5**0.5) <= residual_bound(2, E64) ** 2
    assert report.sfe_paid["dead"] == pytest.approx(3.0, rel=8 * residual_bound(2, E64))
    kernel = np.ones((2, 2, 2, 2))
    kernel[:, :, 0, 0] = kernel[:, :, 1, 1] = 0.0
    with pytest.raises(ValueError, match=r"state\['conv'\] must be nonzero; got 2 zero matrices of 4\. Try method"):
        fire_ref.reinitialize({"conv": kernel}, "official")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_weight_that_is_not_finite_is_refused_by_name_and_index(arrays: Backend, bad: float) -> None:
    values = np.ones((3, 2))
    values[1, 0] = bad
    state = {"fine": arrays.make(np.eye(2), arrays.widest), "bad": arrays.make(values, arrays.widest)}
    for method in ("svd", "newton-schulz"):
        with pytest.raises(ValueError, match=rf"^reinitialize: state\['bad'\] must be finite; .*{bad} at index \(1, 0"):
            fire_ref.reinitialize(state, "official", method=method)


def test_the_sentence_about_nan_reads_like_the_others() -> None:
    whole = "state['w'] must be finite; got nan at index (0, 0). Try looking at where it came from."
    with pytest.raises(ValueError, match=f"^reinitialize: {re.escape(whole)}$"):
        fire_ref.reinitialize({"w": np.full((1, 1), np.nan)}, "official")


def test_what_is_not_finite_and_not_taken_does_not_matter() -> None:
    state = {"w": np.eye(2), "running_var": np.array([np.nan]), "conv1d": np.full((2, 2, 2), np.inf)}
    assert fire_ref.reinitialize(state, "official")[1].changed == ("w",)


@pytest.mark.parametrize(
    ("state", "options", "error", "start"),
    [
        ({"w": np.eye(2)}, {"recipe": "gpt2"}, ValueError, "recipe must be one of 'official'"),
        ({"w": np.eye(2)}, {"recipe": None}, TypeError, "recipe must be a name"),
        (
            {"w": np.eye(2)},
            {"method": "qr"},
            ValueError,
            "method must be one of 'svd', 'fast', 'newton-schulz'; got 'qr'",
        ),
        ({"w": np.eye(2)}, {"method": 3}, ValueError, "method must be one of 'svd', 'fast', 'newton-schulz'; got 3"),
        ({"w": np.eye(2)}, {"steps": -1}, ValueError, "steps must be a whole number >= 0; got -1"),
        ({"w": np.eye(2)}, {"steps": 2.5}, TypeError, "steps must be a whole number >= 0; got 2.5"),
        ({"w": np.eye(2)}, {"steps": True, "method": "svd"}, TypeError, "steps must be a whole number >= 0; got True"),
        ({"w": np.eye(2)}, {"initial": {}}, ValueError, "initial must be left out: recipe 'official' puts no tensor"),
        ({"w": np.eye(2)}, {"layout": "OIHX,XO"}, ValueError, "layout must "),
        ({"m": {None: np.eye(2)}}, {}, TypeError, "state['m'] must have strings for names; got None"),
        ({"w": np.eye(2)}, {"recipe": "auto"}, ValueError, "recipe must be named where the tensors' names do not tell"),
        ({"fc.weight": np.eye(2)}, {"recipe": "dqn"}, ValueError, "initial must be given: recipe 'dqn' puts 1 tensors"),
        ("net.safetensors", {}, TypeError, f"{NETWORK}; got "),
        (Path("net.npz"), {}, TypeError, f"{NETWORK}; got "),
        ([np.eye(2)], {}, TypeError, f"{NETWORK}; got list"),
        ({}, {}, ValueError, "state must hold at least one tensor; got none"),
        (
            {"b": np.ones(3)},
            {},
            ValueError,
            "state must hold a weight that 'official' takes; got 1 entries",
        ),
        ({"w": np.ma.array(np.eye(2))}, {}, TypeError, "state['w'] must be a dense array"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_errors_are_one_clear_sentence(state: Any, options: Any, error: type[Exception], start: str) -> None:
    with pytest.raises(error) as caught:
        fire_ref.reinitialize(state, **{"recipe": "official", **options})
    text = str(caught.value)
    assert text.startswith(f"reinitialize: {start}")
    assert "; got " in text
    assert ". Try " in text
    assert text.endswith(".")
    assert "\n" not in text


def test_placeholders_of_a_transformation_are_refused_by_name() -> None:
    jax, torch = available("jax"), available("torch")

    def one(w: Any) -> Any:
        return fire_ref.reinitialize({"w": w}, "official")[0]["w"]

    for transformed, w in (jax.jit(one), jax.numpy.eye(2)), (torch.func.vmap(one), torch.eye(2)[None]):
        with pytest.raises(
            TypeError, match=r"^reinitialize: state\['w'\] must hold values; got .* Try calling it outside"
        ):
            transformed(w)


def test_a_weight_of_no_supported_form_is_refused_by_name() -> None:
    torch, dask = available("torch"), available("dask.array")
    with pytest.raises(
        TypeError, match=r"^reinitialize: state\['w'\] must be .*; got a tensor of layout torch.sparse_coo"
    ):
        fire_ref.reinitialize({"w": torch.eye(3).to_sparse()}, "official")
    with pytest.raises(NotImplementedError, match=r"^reinitialize: state\['w'\] is a Dask array"):
        fire_ref.reinitialize({"w": dask.ones((3, 3))}, "official")


def test_a_step_count_of_zero_is_the_normalised_weight(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 4))
    new, report = fire_ref.reinitialize({"w": W}, "official", steps=0)
    assert np.linalg.norm(new["w"] - W / np.linalg.norm(W)) <= iterate_bound(4, E64, 1.0)
    assert report.steps == 0
    assert set(report.rows[0].dfi) == {0, 5, 10, "exact"}
