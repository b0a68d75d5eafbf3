"""Every image once in each epoch, whole batches only, and the generator alone decides."""

from __future__ import annotations

import numpy as np

from figures.experiments.vision.order import batches


def drawn(images: int, batch: int, updates: int, seed: int = 0) -> list[list[int]]:
    return [one.tolist() for one in batches(images, batch, updates, np.random.default_rng(seed))]


def test_epochs_follow_one_another_without_a_gap() -> None:
    found = drawn(7, 3, 14)
    assert [len(one) for one in found] == [3] * 14
    flat = [place for one in found for place in one]
    epochs = [flat[start : start + 7] for start in range(0, 42, 7)]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 6


def test_fewer_images_than_a_batch_are_all_of_them() -> None:
    assert all(sorted(one) == list(range(4)) for one in drawn(4, 256, 5))


def test_the_generator_decides() -> None:
    assert drawn(50, 8, 20) == drawn(50, 8, 20) != drawn(50, 8, 20, seed=1)
