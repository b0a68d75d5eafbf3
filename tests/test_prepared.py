"""The common beginning of all exact work: wide, checked, scaled."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.operands import operand
from fire_ref.prepared import prepared

from .backends import Backend


def test_each_matrix_is_scaled_to_entries_of_order_one_in_the_wide_dtype(arrays: Backend) -> None:
    W = arrays.make(np.array([[[3.0, 0.5]], [[1e-3, 2e-3]]]), arrays.precisions[-1])
    w = operand("f", "W", W)
    scaled = prepared("f", "W", w, w.array, check=True)
    assert scaled.array.dtype == w.wide
    peaks = np.abs(arrays.host(scaled.array)).max(axis=(1, 2))
    assert ((peaks >= 0.5) & (peaks < 1)).all()
    np.testing.assert_array_equal(arrays.host(scaled.restore(scaled.array)), arrays.host(W))


def test_axes_that_go_together_share_one_scale() -> None:
    W = np.array([[[[8.0]], [[1.0]]], [[[1e-3]], [[1e-5]]]])
    w = operand("f", "W", W)
    scaled = prepared("f", "W", w, W, check=True, together=1)
    assert scaled.first.shape == (2, 1, 1, 1)
    assert scaled.array[0, 0, 0, 0] == 8 * scaled.array[0, 1, 0, 0]


def test_values_are_checked_only_when_asked() -> None:
    W = np.array([[np.nan, 1.0]])
    w = operand("f", "W", W)
    prepared("f", "W", w, W, check=False)
    with pytest.raises(ValueError, match=r"f: W must be finite; got nan at index \(0, 0\)"):
        prepared("f", "W", w, W, check=True)
    with pytest.raises(ValueError, match=r"f: W must be nonzero; got a zero matrix\. Try a hat\."):
        prepared("f", "W", w, 0 * np.ones((1, 2)), check=True, nonzero="a hat")
