"""The tall routes: each is taken where it should be, and each gives the factor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.fastpolar import reflecting, sketching, tall
from fire_ref.tolerances import EPS

from ..strategies import with_spectrum
from .families import FAMILIES, residuals

pytestmark = pytest.mark.usefixtures("iterated")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name the routes as they are taken."""
    names: list[str] = []

    def watch(owner: Any, name: str, told: str) -> None:
        original = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *args: names.append(told) or original(*args))

    watch(tall, "_finished", "finished")
    watch(tall, "_again", "again")
    watch(sketching, "triangle", "sketch")
    watch(reflecting, "factored", "reflections")
    return names


@pytest.mark.parametrize(
    ("shape", "condition", "route"),
    [
        ((90, 30), 1.5, ["finished"]),
        ((50, 30), 1e2, ["again", "finished"]),
        ((400, 100), 1e8, ["sketch", "again", "finished"]),
        ((400, 100), 1e16, ["sketch", "again", "finished"]),
        ((89, 30), 1e16, ["reflections"]),
        ((55, 30), 1e12, ["reflections"]),
        ((54, 30), 1e12, []),
        ((44, 30), 1e2, []),
    ],
)
@pytest.mark.parametrize("order", ["F", "C"])
def test_the_condition_and_the_shape_choose(
    rng: np.random.Generator, taken: list[str], shape: tuple[int, int], condition: float, route: list[str], order: str
) -> None:
    s = np.geomspace(1, 1 / condition, shape[1])
    W = np.asarray(with_spectrum(rng, *shape, s), order=order)  # type: ignore[call-overload]
    Q = tall.factored(W)
    assert taken == route
    assert (Q is None) is (not route)
    assert Q is None or max(residuals(Q, W)) <= 0.5


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(2, 1), (31, 30), (50, 30), (200, 30)])
def test_no_family_is_modified(rng: np.random.Generator, dtype: str, shape: tuple[int, int]) -> None:
    for family in FAMILIES.values():
        W = family(rng, *shape).astype(dtype)
        kept = W.copy()
        with np.errstate(all="ignore"):
            tall.factored(W)
        np.testing.assert_array_equal(W, kept)


def test_few_columns_of_a_nearly_square_matrix_are_left_to_the_svd(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tall, "LEAST_COLUMNS", 31)
    for dtype, rows in {"float64": 55, "float32": 45}.items():
        W = rng.standard_normal((rows, 30)).astype(dtype)
        assert tall.factored(W[1:]) is None
        assert tall.factored(W) is not None


def test_few_columns_are_divided_and_sketched_only_where_there_are_many_rows(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, taken: list[str]
) -> None:
    monkeypatch.setattr(tall, "FEW", 31)
    for rows, condition, first in ((70, 1e2, None), (75, 1e2, "again"), (239, 1e12, None), (240, 1e12, "sketch")):
        taken.clear()
        Q = tall.factored(with_spectrum(rng, rows, 30, np.geomspace(1, 1 / condition, 30)))
        assert (Q is None) is (first is None)
        assert taken[:1] == ([] if first is None else [first])


def test_nearly_square_matrices_are_divided_in_single_precision_only(
    rng: np.random.Generator, taken: list[str]
) -> None:
    W = with_spectrum(rng, 33, 30, np.geomspace(1, 1e-2, 30))
    assert tall.factored(W) is None
    Q = tall.factored(W.astype("float32"))
    assert taken == ["again", "finished"]
    assert Q is not None


@pytest.mark.parametrize("order", ["F", "C"])
def test_the_diagonal_is_lifted_before_the_division(order: str) -> None:
    W = np.zeros((5, 3), order=order)  # type: ignore[call-overload]
    np.testing.assert_array_equal(tall._divided(W, np.asfortranarray(2.0 * np.eye(3)), 0.5), 0.25 * np.eye(5, 3))
    np.testing.assert_array_equal(W, 0.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_poor_first_division_needs_a_second_one(rng: np.random.Generator, dtype: str) -> None:
    W = with_spectrum(rng, 90, 30, np.geomspace(1, 1 / 50, 30)).astype(dtype)
    nothing = np.asfortranarray(np.eye(30, dtype=dtype))
    Q = tall._again(W, nothing)
    assert Q is not None
    assert max(residuals(Q, W)) <= 0.5
    worse = with_spectrum(rng, 90, 30, np.geomspace(1, 1e-3 * EPS[dtype] ** 0.5, 30)).astype(dtype)
    assert tall._again(worse, nothing) is None


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", ["F", "C"])
def test_singular_matrices_are_lifted_in_place_of_reflections(
    rng: np.random.Generator, taken: list[str], dtype: str, order: str
) -> None:
    W = with_spectrum(rng, 600, 100, np.r_[np.ones(40), np.zeros(60)])
    Q = tall.factored(np.asarray(W, dtype=dtype, order=order))  # type: ignore[call-overload]
    assert taken[:2] == ["sketch", "again"]
    assert "reflections" not in taken
    assert Q is not None
    assert max(residuals(Q, W.astype(dtype))) <= 0.5
