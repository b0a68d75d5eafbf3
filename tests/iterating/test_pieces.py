"""Pieces of a stack: everything once, and small enough."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.iterating.pieces import BYTES, pieces, together

SHAPES = [(1000, 16, 16), (1, 3, 2), (3, 700, 300), (2, 5, BYTES), (1, 100_000, 7), (0, 4, 4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_entry_lies_in_one_piece_that_fits(shape: tuple[int, int, int], dtype: type) -> None:
    stack = np.broadcast_to(np.zeros((), dtype), shape)
    seen = np.zeros(shape[:2], int)
    for matrices, rows in pieces(stack):
        seen[matrices, rows] += 1
        piece = stack[matrices, rows]
        assert piece.size * stack.itemsize <= BYTES or piece.shape[:2] == (1, 1)
    assert (seen == 1).all()


def test_a_large_matrix_is_not_put_together_with_others() -> None:
    side = int((BYTES / 4) ** 0.5)
    assert together(side, side, 4) == 1
    assert together(side + 1, side, 4) == 0
    assert together(2, 1, 4) == BYTES // 8
