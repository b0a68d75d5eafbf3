"""Both contestants do the same work; ratio, share of the peak and memory are what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.benchmarks import official, stepping
from figures.benchmarks.cases import COUNTS, QUICK, SHARE, Steps
from figures.benchmarks.networks import drawn
from figures.benchmarks.stepping import (
    ALONE,
    GRAPH,
    OFFICIAL,
    OURS,
    STEPS,
    contest,
    contestants,
    met,
    of_network,
    stacked,
)
from figures.benchmarks.timing import Pace

from ...backends import available
from .clocks import Hands, fake_gpu, host

PLAN = replace(QUICK, pace=Pace(rounds=1, few=1, long=99.0, least=0.0))


def test_both_replace_every_weight_by_ten_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    weights = list(drawn({"linear": (6, 4), "kernel": (5, 3, 2, 2)}))
    results: dict[str, list[Any]] = {"ours": [], "official": []}
    fire, project = fire_ref.fire, official.project
    monkeypatch.setattr(fire_ref, "fire", lambda W, **how: results["ours"].append(fire(W, **how)))
    monkeypatch.setattr(official, "project", lambda W, steps: results["official"].append(project(W, steps)))
    calls = contestants(host(torch), weights)
    assert list(calls) == [OURS, OFFICIAL]
    for call in calls.values():
        call()
    for ours, theirs, W in zip(*results.values(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)
        np.testing.assert_allclose(ours, fire(W, method="newton-schulz", steps=STEPS), atol=1e-6)


def test_on_a_gpu_ours_takes_weights_of_one_shape_together(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = list(drawn({"kernel": (5, 3, 2, 2), "linear": (5, 3), "other": (4, 4)}))
    seen: list[tuple[int, ...]] = []
    run = fire_ref.schulz.run
    monkeypatch.setattr(fire_ref.schulz, "run", lambda f, w, X, p, c: (seen.append(X.shape), run(f, w, X, p, c))[1])
    calls = contestants(fake_gpu(), weights)
    seen.clear()
    assert set(calls) == {OURS, ALONE}  # no graph: this one refuses
    for W, V in zip(weights, calls[OURS](), strict=True):
        np.testing.assert_allclose(V, fire_ref.fire(W, method="newton-schulz", steps=STEPS), atol=1e-6)
    assert seen[:2] == [(5, 5, 3), (4, 4)]
    monkeypatch.setattr(stepping, "captured", lambda _, call: call)
    assert len(contestants(fake_gpu(), weights)[GRAPH]()) == 3


def test_a_stack_goes_whole_to_ours_and_one_by_one_to_the_official_code(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr(fire_ref, "newton_schulz", lambda W, steps: seen.append((*W.shape, steps)))
    real = official.iterate
    monkeypatch.setattr(official, "iterate", lambda W, steps: (seen.append((*W.shape, steps)), real(W, steps))[1])
    ours, theirs = stacked(host(torch), np.ones((3, 2, 2), np.float32)).values()
    ours()
    assert theirs().shape == (3, 2, 2)  # it keeps the results, as ours does
    assert seen == [(3, 2, 2, STEPS), *[(2, 2, STEPS)] * 3]


def test_without_torch_ours_is_alone() -> None:
    assert set(contestants(host(), [np.eye(2)])) == {OURS} == set(stacked(host(), np.ones((1, 2, 2))))
    row = stepping.of_stack(host(), 2, 4, 20.0, PLAN, 1e9)
    assert (row["ratio"], row["met"]) == (None, None)
    assert set(row["seconds"]) == {OURS} == set(row["share"])


def test_ratio_share_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    calls: dict[str, Any] = {OURS: hands.taking(OURS, 2.0), OFFICIAL: hands.taking(OFFICIAL, 8.0)}
    monkeypatch.setattr(stepping, "peak_extra", lambda device, call, torch: 1200 if torch else 600)
    shapes = {"a": (10, 5), "b": (5, 2)}
    device = replace(host(), work=hands.clock())
    row = contest(device, Steps("made", 4.5), shapes, calls, PLAN, peak=1000.0)
    work = 4 * STEPS * (10 * 25 + 5 * 4)
    assert row["flops"] == work
    assert row["ratio"]["median"] == 4.0
    assert row["met"] is False
    assert row["share"] == {OURS: work / 2 / 1000, OFFICIAL: work / 8 / 1000}
    # The largest weight has 50 numbers of four bytes; all together have 60.
    assert row["memory"] == {OURS: 3.0, OFFICIAL: 6.0}
    assert row["sparing"] is None
    whole = contest(device, Steps("made", 4.0), shapes, calls, PLAN, peak=1000.0, whole=True)
    assert whole["memory"] == {OURS: 600 / 240, OFFICIAL: 5.0}
    assert whole["met"] is True


def test_large_weights_are_judged_by_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    side = int((COUNTS / 4) ** 0.5)
    for times, wanted in ((2.2, True), (2.3, False)):
        monkeypatch.setattr(stepping, "peak_extra", lambda *_, times=times, **__: times * COUNTS)
        calls: dict[str, Any] = {OURS: lambda: None}
        row = contest(host(), Steps("made", None), {"W": (side, side)}, calls, PLAN, 1.0)
        assert row["sparing"] is wanted
        assert (
            contest(host(), Steps("made", None), {"W": (side, side)}, calls, PLAN, 1.0, whole=True)["sparing"] is None
        )


def test_on_a_gpu_the_share_of_the_peak_counts_too() -> None:
    row = {"goal": 10.0, "ratio": {"median": 9.0}, "share": {OURS: SHARE}, "asked": SHARE}
    assert met(row) is True
    assert met(row | {"asked": None}) is False
    assert met(row | {"share": {OURS: 0.69}}) is False
    assert met(row | {"ratio": {"median": 10.0}, "share": {OURS: 0.1}}) is True
    assert met(row | {"goal": None}) is True
    assert met(row | {"goal": None, "asked": None}) is None
    assert met(row | {"ratio": None, "asked": None}) is None


def test_double_precision_is_what_both_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    shapes = {"W": (6, 4)}
    monkeypatch.setattr(stepping, "NETWORKS", {"made": lambda: shapes})
    monkeypatch.setattr(fire_ref, "fire", lambda W, **how: seen.append(str(W.dtype)))
    monkeypatch.setattr(stepping, "peak_extra", lambda device, call, torch: 6 * 4 * 8)
    row = of_network(host(), Steps("made", None, "float64"), PLAN, 1.0)
    assert set(seen) == {"float64"}
    assert row["dtype"] == "float64"
    assert row["memory"][OURS] == 1.0


def test_it_runs_where_a_gpu_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "NETWORKS", {"ViT-Tiny q/k": lambda: {"to_q": (6, 6), "to_k": (6, 6)}})
    row = of_network(fake_gpu(available("torch")), Steps("ViT-Tiny q/k", None), PLAN, 1e11)
    assert row["ratio"]["median"] > 0
    assert row["memory"] == {OURS: 0.0, ALONE: 0.0, OFFICIAL: 0.0}  # of a GPU that is none
