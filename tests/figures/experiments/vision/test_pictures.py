"""Pooling and standards against numpy's own words for them."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.vision import pictures
from figures.experiments.vision.pictures import pooled, standard


def test_pooling_is_the_rounded_mean(rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (5, 3, 12, 12)).astype(np.uint8)
    for square in (2, 3, 4):
        found = pooled(images, 12 // square)
        assert found.dtype == np.uint8
        for row, column in ((0, 0), (1, 2)):
            rows, columns = (slice(at * square, (at + 1) * square) for at in (row, column))
            wanted = images[:, :, rows, columns].astype(float).mean(axis=(2, 3))
            np.testing.assert_array_equal(found[:, :, row, column], np.floor(wanted + 0.5))
    assert pooled(images, 12) is images


def test_white_stays_white() -> None:
    assert (pooled(np.full((1, 3, 64, 64), 255, np.uint8), 2) == 255).all()


def test_the_standard_is_mean_and_deviation(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    images = rng.integers(0, 256, (25, 3, 4, 4)).astype(np.uint8)
    images[:, 1] //= 4
    monkeypatch.setattr(pictures, "BLOCK", 7)
    found = standard(images)
    assert found.mean == pytest.approx(images.mean(axis=(0, 2, 3)))
    assert found.deviation == pytest.approx(images.std(axis=(0, 2, 3)))
    images[:, 2] = 9
    assert standard(images).deviation[2] == 1
