"""Projecting a network's weights: block by block, each in its own way, and what is measured of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import schulz
from fire_ref.models import projecting
from fire_ref.models.recipe import Recipe
from fire_ref.models.rule import Rule
from fire_ref.models.split import Split
from fire_ref.tolerances import residual_bound

from ..backends import available
from .official import allowed, official
from .truth import E64


def mine(*rules: Rule) -> Recipe:
    return Recipe("mine", "this test", rules)


def done(W: Any, **rule: Any) -> tuple[Any, fire_ref.ReinitReport]:
    new, report = fire_ref.reinitialize({"w": W}, mine(Rule(**rule)))
    return new["w"], report


@pytest.fixture(params=["host", "device"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take the route of arrays in the host's memory, or that of a device."""
    if request.param == "device":
        monkeypatch.setattr(projecting, "on_host", lambda _: False)
    return str(request.param)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("library", ["numpy", "torch", "jax"])
@pytest.mark.parametrize(("axis", "shares"), [("rows", (2, 1)), ("columns", (1, 1)), ("rows", "square")])
def test_blocks_are_projected_by_themselves_and_put_together(
    library: str, axis: str, shares: Any, rng: np.random.Generator
) -> None:
    W = rng.standard_normal((12, 4) if axis == "rows" else (3, 8)).astype("float32")
    given = {"numpy": lambda: W, "torch": lambda: available("torch").tensor(W), "jax": lambda: _jax(W)}[library]()
    new, report = done(given, split=Split(axis, shares))
    edges = Split(axis, shares).edges(W.shape)[1:-1]
    place = 0 if axis == "rows" else 1
    assert type(new) is type(given)
    parts = list(zip(np.split(W, edges, place), np.split(np.asarray(new), edges, place), strict=True))
    assert len(parts) == len(report.rows) == len(edges) + 1
    for row, (before, after) in zip(report.rows, parts, strict=True):
        assert np.linalg.norm(after - official(before)) <= allowed(before, "float32"), row.name
        assert row.shape == before.shape


def _jax(W: Any) -> Any:
    return available("jax.numpy").asarray(W)


@pytest.mark.usefixtures("place")
def test_groups_are_blocks_of_outputs(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 2, 3, 3))
    new, report = done(W, groups=3)
    for group in range(3):
        part = slice(2 * group, 2 * group + 2)
        assert np.linalg.norm(new[part] - official(W[part])) <= allowed(W[part], "float64")
    assert np.linalg.norm(new - official(W)) > 3 * allowed(W, "float64"), "the mutant: per tap, as officially"
    assert (report.rows[0].layout, report.rows[0].matrices) == ("gOIHW", 27)


def test_weights_of_different_ways_meet_in_no_batch(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "on_host", lambda _: False)
    runs: list[tuple[int, int]] = []
    run = schulz.run

    def recorded(function: str, w: Any, stack: Any, plan: Any, check: bool) -> Any:
        runs.append((len(stack), plan.steps))
        return run(function, w, stack, plan, check)

    monkeypatch.setattr(schulz, "run", recorded)
    state = {f"{kind}{i}": rng.standard_normal((5, 3)) for kind in ("five", "ten") for i in range(2)}
    new, report = fire_ref.reinitialize(state, mine(Rule("five", steps=5), Rule("ten")))
    assert sorted(runs) == [(2, 5), (2, 10)]
    for name, W in state.items():
        steps = 5 if name.startswith("five") else 10
        assert np.linalg.norm(new[name] - official(W, steps)) <= allowed(W, "float64", steps)
    assert (report.method, report.steps) == ("newton-schulz", None)
    assert [set(row.dfi) for row in report.rows] == [{5, 10, "exact"}] * 4


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 3.0])
@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (6, 4, 2, 2)])
def test_what_is_left_is_measured_at_the_gain_that_the_weight_carries(
    gain: Any, shape: tuple[int, ...], rng: np.random.Generator
) -> None:
    W = rng.standard_normal(shape)
    new, report = done(W, gain=gain, method="svd")
    assert np.array_equal(new, fire_ref.fire(W, gain=gain))
    (row,) = report.rows
    # ||V'V/c^2 - I|| <= the residual bound of each matrix, once more for the division.
    assert report.dfi_after["w"] <= row.matrices * (4 * residual_bound(4, E64)) ** 2
    assert report.sfe_paid["w"] == pytest.approx(np.sum((W - new) ** 2), rel=1e-12)
    if len(shape) == 2:
        size, directions = np.linalg.norm(W), min(shape)
        told = {"fan": (shape[0] / shape[1]) ** 0.5, "norm": size / directions**0.5, 3.0: 3.0}
        told["mean"] = np.linalg.svd(W, compute_uv=False).mean()
        assert row.gain == pytest.approx(told[gain], rel=residual_bound(6, E64))
        assert row.sfe["exact"] == pytest.approx(report.sfe_paid["w"], rel=1e-9)


def test_what_is_left_after_few_steps_is_not_taken_for_an_isometry(rng: np.random.Generator) -> None:
    for gain in ("fan", "norm", "mean", 3.0):
        _, report = done(rng.standard_normal((6, 6)), gain=gain, steps=1)
        assert report.dfi_after["w"] > 0.1


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("gain", ["fan", "norm", "mean"])
def test_a_zero_weight_has_numbers(gain: str) -> None:
    new, report = done(np.zeros((3, 2)), gain=gain, method="svd")
    assert np.isfinite(new).all()
    assert np.isfinite([report.dfi_after["w"], report.sfe_paid["w"], report.rows[0].gain]).all()


@pytest.mark.usefixtures("place")
def test_a_bad_block_is_refused_by_its_own_name() -> None:
    W = np.ones((6, 3))
    W[4:] = 0.0
    split = Split("rows", (1, 1, 1))
    with pytest.raises(ValueError, match=r"^reinitialize: state\['w\[rows 4:6\]'\] must be nonzero; got a zero matrix"):
        done(W, split=split)
    W[4, 1] = np.nan
    with pytest.raises(ValueError, match=r"^reinitialize: state\['w\[rows 4:6\]'\] must be finite; got nan at index"):
        done(W, split=split)
    done(np.zeros((3, 2)), eps=1e-8)  # zero over eps is zero: only a division by zero is refused


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("gain", ["fan", "norm", 2.0])
def test_without_rows_everything_else_is_the_same(
    gain: Any, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = {"w": rng.standard_normal((6, 4)), "conv": rng.standard_normal((4, 3, 2, 2))}
    new, report = fire_ref.reinitialize(state, mine(Rule(gain=gain)))

    def never(*_: Any) -> Any:
        raise AssertionError("no singular values are taken")

    monkeypatch.setattr(projecting, "measure", never)
    lean, told = fire_ref.reinitialize(state, mine(Rule(gain=gain)), rows=False)
    assert told == replace(report, rows=())
    for name, V in lean.items():
        assert np.array_equal(V, new[name])
    for name, W in state.items():
        matrices = W.reshape(*W.shape[:2], -1).transpose(2, 0, 1)
        c = {"fan": (W.shape[0] / W.shape[1]) ** 0.5 / len(matrices)}.get(gain, gain)
        if gain == "norm":
            c = np.linalg.norm(matrices, axis=(1, 2), keepdims=True) / min(W.shape[:2]) ** 0.5
        before = np.sum(fire_ref.dfi(matrices / c))
        assert told.dfi_before[name] == pytest.approx(before, rel=residual_bound(6, E64) * 100)
    for bad in (np.full((3, 2), np.nan), np.zeros((3, 2))):
        with pytest.raises(ValueError, match=r"^reinitialize: state\['bad'\] must be (finite|nonzero)"):
            fire_ref.reinitialize({**state, "bad": bad}, mine(Rule(gain=gain)), rows=False)
