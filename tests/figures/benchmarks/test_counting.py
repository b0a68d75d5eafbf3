"""The arithmetic of the fast factor, against the routes' own sums."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks import counting
from figures.benchmarks.inputs import matrix
from fire_ref.fastpolar import kernels


def test_a_tall_isometry_costs_a_gram_matrix_and_a_product_and_little_else() -> None:
    m, n = 9000, 256
    found = counting.flops(matrix("isometry", m, n, "float64"))
    assert found is not None
    least = m * n * n + 2.0 * m * n * n
    assert least < found < least + 10.0 * n**3


def test_a_square_gaussian_is_dearer_the_more_steps_it_takes() -> None:
    n = 256
    near, far = (counting.flops(matrix(kind, n, n, "float64")) for kind in ("isometry", "cond 1e3"))
    assert near is not None
    assert far is not None
    assert 3.0 * n**3 < near < far < 20.0 * n**3


def test_an_svd_has_no_count_and_everything_is_put_back() -> None:
    before = kernels.kernels
    assert counting.flops(matrix("cond 1e12", 256, 256, "float64")) is None
    assert counting.flops(matrix("Gaussian", 40, 40, "float64")) is None
    assert kernels.kernels is before


@pytest.mark.parametrize(
    ("name", "shapes", "cost"),
    [
        ("syrk", ((70, 5),), 70 * 25),
        ("syrk", ((5, 70),), 70 * 25),
        ("trsm", ((5, 5), (70, 5)), 70 * 25),
        ("trsm", ((5, 5), (5, 70)), 70 * 25),
        ("symm", ((5, 5), (70, 5)), 2 * 70 * 25),
        ("getrf", ((3, 3),), 18),
        ("geqrf", ((9, 3),), 2 * 9 * (9 - 1)),
    ],
)
def test_what_a_routine_costs(name: str, shapes: counting.Shapes, cost: float) -> None:
    assert counting.COSTS[name](shapes) == pytest.approx(cost)


def test_every_routine_that_computes_has_a_cost() -> None:
    free = {name for name in kernels.Kernels._fields if name.endswith("lwork")}
    assert set(kernels.Kernels._fields) - free - {"gesdd"} == set(counting.COSTS)
    assert np.isfinite([counting.COSTS[name](((4, 4), (4, 4), (4, 4))) for name in counting.COSTS]).all()
