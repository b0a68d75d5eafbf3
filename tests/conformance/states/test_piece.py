"""A block as stacks of matrices: its gains, its truth, its parts."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.layout import Layout
from fire_ref.models.blocks import blocks
from fire_ref.models.rule import Rule
from fire_ref.models.split import Split

from .pieces import block


@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 1.0, 0.3])
@pytest.mark.parametrize(("shape", "layout"), [((6, 4), "IO"), ((6, 4, 3, 2), "OIHW"), ((3, 2, 4, 6), "HWIO")])
def test_truth_times_gains_is_what_fire_makes(
    rng: np.random.Generator, gain: Any, shape: tuple[int, ...], layout: str
) -> None:
    W = rng.standard_normal(shape)
    for method, k in (("newton-schulz", 4), ("svd", 10)):
        Y = fire_ref.fire(W, method=method, steps=k, gain=gain, layout=layout)
        found = block(W, Y, layout=layout, gain=gain, method=method, steps=k)
        np.testing.assert_allclose(found.told.value * found.gains[:, None, None], found.Y, rtol=1e-10, atol=1e-12)
        o, i = (shape[layout.index(letter)] for letter in "OI")
        assert found.shape[:2] == (o, i) == found.W.shape[1:]
        assert found.fan == pytest.approx(sqrt(o / i) / found.area)


def test_a_flat_kernel_is_one_matrix(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4, 3, 3))
    found = block(W, W, dialect="muon")
    assert found.W.shape == (1, 6, 36)
    assert found.area == 9
    assert found.gains[0] == 1.0


def test_blocks_are_taken_as_the_rule_says(rng: np.random.Generator) -> None:
    W = rng.standard_normal((12, 4))
    found = block(W, 2 * W)
    part = found.part(0, 4, 9)
    np.testing.assert_array_equal(part.W[0], W[4:9])
    np.testing.assert_array_equal(part.Y[0], 2 * W[4:9])
    assert (part.shape, part.name) == ((5, 4), "w[rows 4:9]")
    assert found.part(1, 1, 3).W.shape == (1, 12, 2)
    cut = blocks("f", "w", W.shape, Layout("OI"), Rule(split=Split("rows", (1, 2))))
    assert [one.shape for one in cut] == [(4, 4), (8, 4)]


def test_one_decomposition_serves_all_questions(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    found = block(W, W)
    seen = found.seen()
    assert seen.truth is found.told
    other = found.seen(dialect=DIALECTS["paper"])
    assert other.truth is not found.told
    np.testing.assert_allclose(other.truth.response, 1.0)


def test_zero_matrices_are_not_alive() -> None:
    W = np.zeros((4, 3, 1, 2))
    W[:, :, 0, 1] = np.eye(4, 3)
    assert list(block(W, W).alive) == [False, True]
    assert np.isfinite(block(W, W, gain="norm").gains).all()
