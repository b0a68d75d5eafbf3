"""What is learned when: shares that grow, the same for every arm, and what is asked of what was seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from figures.experiments.vision.phases import PHASES, Phase, spread

from .faked import TINY, pictures


def phases(protocol: str, chunks: int, seed: int = 0, **more: int) -> list[Phase]:
    sizes = replace(TINY, protocol=protocol, chunks=chunks, **more)
    found = [PHASES[protocol](pictures(), sizes, seed, task) for task in range(chunks)]
    assert [one.updates for one in found] == [sizes.updates_in(task) for task in range(chunks)]
    return found


@pytest.mark.parametrize(("protocol", "chunks"), [("warm", 2), ("continual", 10), ("classes", 5)])
def test_what_was_learned_goes_on_to_be_learned(protocol: str, chunks: int) -> None:
    found = phases(protocol, chunks)
    for earlier, later in pairwise(found):
        assert set(earlier.train) < set(later.train)
        assert set(earlier.test) <= set(later.test)
    assert len(set(found[-1].train)) == len(found[-1].train) == 40
    assert found[-1].test.tolist() == list(range(30))
    for one, again in zip(found, phases(protocol, chunks), strict=True):
        np.testing.assert_array_equal(one.train, again.train)
    assert set(found[-1].train) != set(phases(protocol, chunks, seed=1)[-1].train)


def test_a_warm_start_begins_with_its_share() -> None:
    found = phases("warm", 2)
    assert [len(one.train) for one in found] == [4, 40]
    assert found[0].updates == found[1].updates
    assert found[0].test.tolist() == list(range(30))
    assert len(phases("warm", 2, images=3)[0].train) == 1


def test_continual_chunks_are_of_one_size() -> None:
    assert [len(one.train) for one in phases("continual", 10)] == list(range(4, 44, 4))


def test_classes_are_whole_and_only_those_seen_are_asked() -> None:
    found = phases("classes", 5, images=60)
    shown = pictures()
    for task, one in enumerate(found):
        learned, asked = set(shown.labels[one.train]), set(shown.test_labels[one.test])
        assert learned == asked
        assert len(learned) == 2 * (task + 1)
        assert len(one.train) == 12 * (task + 1)
        assert len(one.test) == 6 * (task + 1)
    others = phases("classes", 5, seed=1, images=60)
    assert set(shown.labels[others[0].train]) != set(shown.labels[found[0].train])


def test_images_of_a_class_come_in_the_order_that_the_seed_drew() -> None:
    # An evaluation looks at the first ones: they must not all be of one class.
    shown = pictures()
    last = phases("classes", 5)[-1].train
    assert len(set(shown.labels[last[:12]])) > 4
    assert last.tolist() != sorted(last)


def test_some_images_of_a_phase_are_spread_over_all_of_it() -> None:
    places = np.arange(100, 200)
    assert spread(places, 0) is places
    assert spread(places, 100) is places
    some = spread(places, 40)
    # A tenth of the phase was learned before, and a tenth of what is looked at.
    assert len(set(some)) == len(some) == 40
    assert sum(some < 110) == 4
