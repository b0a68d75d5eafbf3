"""The tall routes: each is taken where it should be, and each gives the factor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.fastpolar import reflecting, sketching, tall

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
        ((120, 30), 1e16, ["sketch", "reflections"]),
        ((50, 30), 1e8, ["reflections"]),
        ((33, 30), 1e8, []),
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
    assert tall.factored(rng.standard_normal((40, 30))) is None
    assert tall.factored(rng.standard_normal((45, 30))) is not None
