"""The demo's numbers are what they say: recomputed here the long way."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.demo import Row, compute, sentence
from fire_ref.weights import digits_mlp


def test_rows_are_true_of_the_shipped_layer() -> None:
    W = digits_mlp()["fc2.weight"].astype(np.float64)
    U, s, Vh = np.linalg.svd(W)
    rows = {row.name: row for row in compute().rows}
    x = s / np.linalg.norm(s)
    for k in range(1, 11):
        x = 1.5 * x - 0.5 * x**3
        if k in (5, 10):
            row = rows[f"k = {k}"]
            assert row.dfi == pytest.approx(np.sum((1 - x**2) ** 2), rel=1e-4)  # float32 iterates: 1e-5 relative
            assert row.sfe == pytest.approx(np.sum((s - x) ** 2), rel=1e-4)
            assert row.least_sfe < row.sfe
            on_front = rows[f"front at k = {k}"]
            assert on_front.dfi == pytest.approx(row.dfi, rel=1e-4)
            assert on_front.sfe == pytest.approx(row.least_sfe, rel=1e-4)
    assert rows["W"].dfi == pytest.approx(np.sum((s**2 - 1) ** 2))
    assert rows["W"].sfe == 0
    assert rows["exact"].sfe == pytest.approx(np.sum((s - 1) ** 2), rel=1e-5)
    assert rows["exact"].dfi < 1e-9  # float32: 96 entries of eps32 squared, and room
    assert np.allclose((U @ Vh) @ (U @ Vh).T, np.eye(96))


def row(name: str, dfi: float, sfe: float, least: float) -> Row:
    return Row(name, dfi, sfe, least, 0.27, 1.0, 18)


def test_the_sentence_follows_the_numbers() -> None:
    exact = row("exact", 0.0, 300.0, 300.0)
    worse = sentence((row("W", 441, 0, 0), row("k = 5", 668, 281, 0.0), row("k = 10", 148, 1, 1), exact))
    assert "away from isometry (DfI 441 to 668)" in worse
    assert "doing nothing has no more DfI" in worse
    better = sentence((row("W", 700, 0, 0), row("k = 5", 400, 616, 69), row("k = 10", 148, 1, 1), exact))
    assert "towards isometry (DfI 700 to 400)" in better
    assert "SFE 616, where 69 buys the same DfI" in better
    assert "27 % of isometry, and 18 steps, not 5" in better
