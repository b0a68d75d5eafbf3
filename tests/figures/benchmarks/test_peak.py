"""The rate is that of the best product."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from figures.benchmarks.peak import SIDE, gemm_peak
from figures.benchmarks.timing import Pace

from .clocks import Hands, host


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_best_of_the_products_counts(dtype: str) -> None:
    hands = Hands()
    call = hands.taking("gemm", [9.0, 4.0, 2.0, 8.0])

    class Watched:
        empty_like = staticmethod(np.empty_like)
        asarray = staticmethod(np.asarray)

        @staticmethod
        def matmul(a: Any, b: Any, out: Any) -> None:
            assert (a.shape, a.dtype, out.shape) == ((5, 5), dtype, b.shape)
            call()

    device = replace(host(), xp=Watched, work=hands.clock())
    assert gemm_peak(device, dtype, Pace(rounds=3), side=5) == 2 * 5**3 / 2.0


def test_every_device_has_a_side() -> None:
    assert set(SIDE) == {"cpu", "cuda"}
    assert gemm_peak(host(), "float64", Pace(1, 1, 1.0, 0.001), side=16) > 0
