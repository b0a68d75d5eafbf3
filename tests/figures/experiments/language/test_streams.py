"""Generators: one for each purpose and place, the same again and again."""

from __future__ import annotations

from itertools import product

from figures.experiments.language.streams import STREAMS, stream
from figures.experiments.tasks import STREAMS as OTHERS
from figures.experiments.tasks import stream as of_images


def test_each_purpose_seed_and_place_has_its_own_and_keeps_it() -> None:
    places = [(), (0,), (1,), (0, 1), (1, 0)]
    asked = list(product(range(3), STREAMS, places))
    first = [float(stream(seed, purpose, *place).random()) for seed, purpose, place in asked]
    assert first == [float(stream(seed, purpose, *place).random()) for seed, purpose, place in asked]
    # NumPy takes a missing last number for a zero: places are of one length for each purpose.
    assert len(set(first)) == 3 * len(STREAMS) * 4
    images = {float(of_images(seed, one, task).random()) for seed in range(3) for one in OTHERS for task in range(9)}
    assert not images & set(first)
