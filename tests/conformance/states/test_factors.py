"""Wrong factors and the rules that they follow."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from fire_ref.conformance.states.factors import wrong_factor

from .pieces import block

ROOM = 1e-4


@pytest.mark.parametrize(
    ("shape", "times", "code"),
    [
        ((8, 4), 0.5, "LAYOUT_IN_OUT"),
        ((8, 4), 1 / sqrt(2), "WRONG_GAIN"),
        ((8, 4), 1.234, "WRONG_GAIN"),
        ((8, 4), -1.0, "SIGN_FLIPPED"),
        ((8, 4, 3, 3), 9.0, "MISSING_KERNEL_AREA"),
        ((8, 4, 3, 3), 3.0, "GAIN_KERNEL_SIDE"),
        ((8, 4, 2, 5), 2.0, "GAIN_KERNEL_SIDE"),
        ((8, 4, 2, 5), 5.0, "GAIN_KERNEL_SIDE"),
        ((8, 4, 3, 3), 0.5, "LAYOUT_IN_OUT"),
        ((8, 4, 3, 3), 1.234, "WRONG_GAIN"),
    ],
)
def test_the_rule_is_named(rng: np.random.Generator, shape: tuple[int, ...], times: float, code: str) -> None:
    W = rng.standard_normal(shape)
    piece = block(W, W)
    found = wrong_factor(piece, times * piece.gains, piece.told.response, ROOM)
    assert found is not None
    assert found[0] == code
    assert f"declared {piece.gains[0]:.4g}" in found[1]


def test_the_declared_factor_is_no_mistake_within_its_room(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 4))
    piece = block(W, W)
    assert wrong_factor(piece, piece.gains * (1 + ROOM / 2), piece.told.response, ROOM) is None
    assert wrong_factor(piece, piece.gains * (1 + 2 * ROOM), piece.told.response, ROOM) is not None


def test_a_kernel_of_one_dimension_and_a_kept_norm(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 4, 3))
    piece = block(W, W, layout="OIW")
    found = wrong_factor(piece, 3 * piece.gains, piece.told.response, ROOM)
    assert found is not None
    assert found[0] == "MISSING_KERNEL_AREA"
    kept = piece.told.factors.norms[:, 0] / np.linalg.norm(piece.told.response, axis=-1)
    named = wrong_factor(piece, kept, piece.told.response, ROOM)
    assert named is not None
    assert "the norm of W" in named[1]
    assert named[2] > 0.9


def test_a_factor_is_written_with_the_digits_that_tell_it_from_the_declared_one() -> None:
    piece = block(np.eye(4), np.eye(4), gain=1.0)
    found = wrong_factor(piece, 1.00012 * piece.gains, piece.told.response, 1e-5)
    assert found is not None
    assert found[1] == "multiplied by 1.0001, by no known rule; declared 1"
