"""Boundaries read off the antisymmetric part of Y W^T, in every dtype; and where there are none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.precision import numpy_dtype
from fire_ref.conformance.states.partitions import boundaries, equal_parts

from .pieces import block


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("method", ["svd", "newton-schulz"])
@pytest.mark.parametrize("edges", [(0, 96), (0, 48, 96), (0, 31, 64, 96), (0, 32, 65, 96), (0, 64, 80, 96)])
def test_any_boundary_is_found(
    rng: np.random.Generator, dtype: str, axis: int, method: str, edges: tuple[int, ...]
) -> None:
    W = rng.standard_normal((96, 72))
    W[40:] *= 1.7  # blocks of different norms, as trained ones are
    W = (W if axis == 0 else W.T).astype(numpy_dtype(dtype))
    parts = [np.take(W, range(a, b), axis=axis) for a, b in pairwise(edges)]
    Y = np.concatenate([fire_ref.fire(part, method=method, steps=5) for part in parts], axis=axis)
    piece = block(W, Y, dtype=dtype)
    assert boundaries(piece, axis) == edges
    other = boundaries(piece, 1 - axis)  # of Y^T W, a sum of symmetric matrices, nothing is to be seen
    assert other == (0, 72)


def test_what_was_not_cut_has_no_order(rng: np.random.Generator) -> None:
    W, Y = rng.standard_normal((2, 96, 72))
    assert boundaries(block(W, Y), 0) is None
    right = fire_ref.fire(W)
    assert boundaries(block(W, right[::-1]), 0) is None


def test_a_kernel_is_read_at_its_first_tap_that_is_not_zero(rng: np.random.Generator) -> None:
    W = rng.standard_normal((24, 16, 2, 2))
    W[:, :, 0, 0] = 0
    Y = np.concatenate([fire_ref.fire(part) for part in np.split(W, 2)])
    assert boundaries(block(W, Y), 0) == (0, 12, 24)


def test_parts() -> None:
    assert equal_parts((0, 4, 8, 12)) == 3
    assert equal_parts((0, 4, 8, 13)) == 0
    assert equal_parts((0, 4)) == 1
