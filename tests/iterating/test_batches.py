"""Many small matrices at once: each as it would be alone."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.coefficients import at, schedule
from fire_ref.iterating import batches
from fire_ref.iterating.moves import moves
from fire_ref.iterating.pieces import together
from fire_ref.tolerances import EPS, iterate_bound

from ..test_schulz import closed_form

SHAPES = [(1, 1), (5, 3), (3, 5), (60, 49), (49, 60), (50, 50)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", sorted(fire_ref.COEFFICIENTS))
@pytest.mark.parametrize("steps", [0, 1, 4, 5])
def test_each_is_its_closed_form(rng: np.random.Generator, shape: tuple[int, int], name: str, steps: int) -> None:
    triples = [at(schedule("test", name), step) for step in range(steps)]
    for dtype in ("float32", "float64"):
        for pairs in (False, True):
            W = rng.standard_normal((3, *shape))
            W = (W / np.linalg.norm(W, axis=(-2, -1), keepdims=True)).astype(dtype)
            X = W.copy()
            batches.iterate(X, moves(triples, pairs=pairs))
            for one, found in zip(W, X, strict=True):
                truth, stretch = closed_form(one, steps, name, "none")
                assert np.linalg.norm(found - truth) <= iterate_bound(min(shape), EPS[dtype], stretch)


@pytest.mark.parametrize("steps", [3, 4])
@pytest.mark.parametrize("n", [16, 64])
def test_the_place_in_the_stack_makes_no_difference(rng: np.random.Generator, n: int, steps: int) -> None:
    count = 2 * together(n, n, 4) + 1  # two full pieces and one matrix
    W = (rng.standard_normal((1, n, n)) / n).astype(np.float32).repeat(count, axis=0)
    batches.iterate(W, moves([(1.5, -0.5, 0.0)] * steps, pairs=n == 64))
    np.testing.assert_array_equal(W, W[:1].repeat(count, axis=0))


def test_no_matrix_is_no_work() -> None:
    batches.iterate(np.zeros((0, 4, 3)), moves([(1.5, -0.5, 0.0)], pairs=False))
