"""Table 1: who is in it, the paper's numbers beside them, and DASH's extrapolation, said as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from figures.benchmarks import dash, paper
from figures.benchmarks.cases import QUICK
from figures.benchmarks.networks import drawn
from figures.benchmarks.paper import ROWS, data_pass, exactly, methods, size, table
from figures.benchmarks.rivals import OURS, ours
from figures.benchmarks.stepping import OFFICIAL
from figures.benchmarks.stepping import OURS as STEPPED
from figures.benchmarks.timing import Clock, Pace

from ...backends import available
from .clocks import Hands, fake_gpu, host

PLAN = replace(QUICK, pace=Pace(1, 1, 1.0, 0.0), samples=5)
SMALL = {"linear": (6, 4), "kernel": (4, 3, 2, 2)}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both networks be a small one."""
    torch = available("torch")
    monkeypatch.setattr(paper, "resnet18", lambda: SMALL)

    def model(_: object) -> object:
        return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 10))

    monkeypatch.setattr(dash, "resnet18", model)


@pytest.mark.usefixtures("small")
def test_everybody_is_in_the_table() -> None:
    rows = {row["method"]: row for row in table(host(available("torch")), PLAN)}
    absent = {name for name in OURS.values() if name not in ours()}
    assert list(rows) == [*(name for name in ROWS if name not in absent), "DASH's extra pass"]
    told = {"seconds": 0.06, "memory": 55e6}
    assert rows[STEPPED]["paper"] == rows[OFFICIAL]["paper"] == told
    assert rows["DASH's extra pass"]["paper"] == {"seconds": 69.0, "memory": 2834e6}
    assert rows["full reset"]["paper"] is None
    assert all(row["seconds"]["median"] > 0 and row["note"] for row in rows.values())


@pytest.mark.usefixtures("small")
def test_it_runs_where_a_gpu_would_be() -> None:
    assert "DASH's extra pass" in {row["method"] for row in table(fake_gpu(available("torch")), PLAN)}
    assert "DASH's extra pass" not in {row["method"] for row in table(fake_gpu(), PLAN)}


@pytest.mark.usefixtures("small")
def test_dash_is_extrapolated_and_says_so() -> None:
    hands = Hands()
    torch = available("torch")

    def tick() -> float:
        hands.time += 1.5
        return hands.time

    device = replace(host(torch), wall=Clock("fake", tick))
    row = data_pass(device, 25)
    assert row["seconds"]["median"] == pytest.approx(1.5 * 50_000 / 25)
    assert "25 random images took 1.5 s" in row["note"]
    assert "50,000 images" in row["note"]
    assert "batches of 25" in row["note"]


def test_exact_fire_is_that_of_the_library() -> None:
    for W in drawn(SMALL):
        wanted = fire_ref.fire(W)
        for method in (method for method in OURS if OURS[method] in ours()):
            # Well-conditioned and small: single precision's rounding, times the gain.
            np.testing.assert_allclose(exactly(method, W), wanted, atol=1e-5)


def test_the_taps_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    real = fire_ref.polar_factor
    monkeypatch.setattr(fire_ref, "polar_factor", lambda W, method: real(W))
    for W in drawn(SMALL):
        np.testing.assert_allclose(exactly("fast", W), fire_ref.fire(W), atol=1e-6)


def test_every_method_can_be_called() -> None:
    for call in methods(host(), list(drawn(SMALL))).values():
        assert call() is None


def test_the_weights_are_45_megabytes() -> None:
    assert size() == 45_705_984
