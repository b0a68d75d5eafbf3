"""The fallback: bounds, orders, scales, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import singular

from .families import FAMILIES, residuals


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (20, 6)])
def test_every_family(rng: np.random.Generator, dtype: str, order: str, shape: tuple[int, int]) -> None:
    for name, family in FAMILIES.items():
        W = np.asarray(family(rng, *shape), dtype=dtype, order=order)  # type: ignore[call-overload]
        kept = W.copy()
        Q = singular.factored(W)
        assert max(residuals(Q, W)) <= 1, name
        np.testing.assert_array_equal(W, kept)
        np.testing.assert_array_equal(singular.factored(W * np.asarray(2.0**-5, dtype)), Q)


@pytest.mark.parametrize("k", [-600, 600])
def test_a_power_of_two_does_not_change_one_bit_where_lapack_scales_by_another_factor(
    rng: np.random.Generator, k: int
) -> None:
    W = rng.standard_normal((20, 9))
    np.testing.assert_array_equal(singular.factored(np.ldexp(W, k)), singular.factored(W))


def test_what_is_not_finite_is_an_error() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        singular.factored(np.full((3, 3), np.nan))


def test_where_divide_and_conquer_fails_another_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    routines = singular.of(np.eye(2))
    broken = routines._replace(gesdd=lambda *_, **__: (None, None, None, 1))
    monkeypatch.setattr(singular, "of", lambda X: broken)
    assert max(residuals(singular.factored(np.diag([3.0, -2.0])), np.diag([3.0, -2.0]))) <= 1
