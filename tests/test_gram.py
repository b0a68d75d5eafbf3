"""The small Gram matrix and its distance from the identity at any ratio."""

from __future__ import annotations

import array_api_compat
import numpy as np
import pytest

from fire_ref.arrays import quiet
from fire_ref.gram import defect, long_side, small_gram
from fire_ref.tolerances import EPS

from .backends import Backend


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 5)])
def test_the_small_gram_is_on_the_short_side(arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    X = arrays.make(rng.integers(-9, 9, shape), arrays.widest)  # whole numbers: the products are exact
    x = arrays.host(X)
    xt = np.swapaxes(x, -1, -2)
    xp = array_api_compat.array_namespace(X)
    np.testing.assert_array_equal(arrays.host(small_gram(xp, X)), xt @ x if shape[-2] >= shape[-1] else x @ xt)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
def test_the_defect_is_the_squared_distance_from_the_target(ratio: float) -> None:
    gram = np.array([[2.0, 0.5], [0.5, 1.0]])
    value = defect(np, gram, np.eye(2), np.full((1, 1), ratio))
    # Whole quarters: every operation is exact.
    assert value.tolist() == [[(2 * ratio - 1) ** 2 + (ratio - 1) ** 2 + 2 * (0.5 * ratio) ** 2]]


def test_the_defect_of_a_stack_has_one_value_per_matrix() -> None:
    gram = np.stack([np.eye(2), 2 * np.eye(2), np.zeros((2, 2))])
    assert defect(np, gram, np.eye(2), np.ones((3, 1, 1)))[:, 0, 0].tolist() == [0.0, 2.0, 2.0]


def test_an_infinite_ratio_gives_inf_and_not_nan() -> None:
    gram = np.array([[1.0, 0.0], [0.0, 0.0]])
    with quiet():
        assert defect(np, gram, np.eye(2), np.full((1, 1), np.inf)).item() == np.inf


def test_a_ratio_of_zero_leaves_the_target_alone() -> None:
    assert defect(np, np.ones((3, 3)), np.eye(3), np.zeros((1, 1))).item() == 3.0


def test_an_infinite_ratio_on_a_zero_block_with_no_target_is_zero() -> None:
    with quiet():
        assert defect(np, np.zeros((2, 2)), np.zeros((2, 2)), np.full((1, 1), np.inf)).item() == 0.0


@pytest.mark.parametrize("ratio", [1e10, 1e150, 1e300])
def test_a_zero_gram_misses_the_identity_by_its_size_at_every_ratio(ratio: float) -> None:
    with quiet():
        value = defect(np, np.zeros((2, 2)), np.eye(2), np.full((1, 1), ratio)).item()
    # 1 / ratio is squared and multiplied back: six roundings.
    assert abs(value - 2.0) <= 6 * EPS["float64"] * 2.0


@pytest.mark.parametrize(
    ("m", "n", "side", "value"),
    [(3, 5, "small", 0), (3, 5, "columns", 2), (3, 5, "rows", 0), (5, 3, "columns", 0), (5, 3, "rows", 2)],
)
def test_only_the_long_side_adds_a_floor(m: int, n: int, side: str, value: int) -> None:
    assert long_side(m, n, side) == value
