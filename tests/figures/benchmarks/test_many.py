"""Stacks: every contestant gets the same one, whole, and gives its polar factors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from figures.benchmarks import many
from figures.benchmarks.cases import QUICK, Many
from figures.benchmarks.many import compare
from figures.benchmarks.rivals import OURS, batched, ours
from figures.benchmarks.timing import Pace

from ...backends import available
from .clocks import Hands, fake_gpu, host

PLAN = replace(QUICK, pace=Pace(rounds=5, few=2, long=99.0, least=0.0), rivals=3)


@pytest.mark.parametrize("gpu", [False, True])
def test_all_of_them_give_the_same_factors(*, gpu: bool) -> None:
    torch = available("torch")
    device = fake_gpu(torch) if gpu else host(torch)
    stack = np.random.default_rng(0).standard_normal((3, 5, 5))
    makers = ours() | batched(device)
    assert set(makers) == {*OURS.values(), "torch svd", "cupy svd" if gpu else "numpy svd"}
    truth = np.linalg.svd(stack)
    for make in makers.values():
        np.testing.assert_allclose(make(device, stack)(), truth.U @ truth.Vh, atol=1e-12)


def test_ratios_are_of_the_first_one_and_of_the_same_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    seen: list[Any] = []

    def contestants(**times: Any) -> dict[str, Any]:
        calls = {name: hands.taking(name, taken) for name, taken in times.items()}
        return {
            name: lambda _, W, call=call: (seen.append((W.shape, W.dtype.name)), call)[1]
            for name, call in calls.items()
        }

    monkeypatch.setattr(many, "ours", lambda: contestants(**{OURS["fast"]: [1.0, 2.0, 2.0, 4.0]}))
    monkeypatch.setattr(many, "batched", lambda _: contestants(**{"numpy svd": [1.0, 8.0, 6.0, 8.0], "torch svd": 4.0}))
    row = compare(replace(host(), work=hands.clock()), Many(7, 3, "float32"), PLAN)
    assert seen == [((7, 3, 3), "float32")] * 3
    assert row["reference"] == "numpy svd"
    assert row["ratios"][OURS["fast"]] == {"min": 2.0, "median": 3.0, "max": 4.0}
    assert row["ratios"]["torch svd"]["median"] == 2.0
    assert (row["matrices"], row["side"], row["dtype"]) == (7, 3, "float32")
