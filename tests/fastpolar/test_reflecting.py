"""Householder's way: for any condition, in either order."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import reflecting

from .families import FAMILIES, residuals


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", ["F", "C"])
def test_every_family(rng: np.random.Generator, dtype: str, order: str) -> None:
    for name, family in FAMILIES.items():
        W = np.asarray(family(rng, 50, 20), dtype=dtype, order=order)  # type: ignore[call-overload]
        kept = W.copy()
        Q = reflecting.factored(W)
        assert max(residuals(Q, W)) <= 1, name
        np.testing.assert_array_equal(W, kept)
