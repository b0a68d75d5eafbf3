"""Windows: drawn by seed, phase and number, or spread evenly; the target is the token that comes next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from figures.experiments.language.batches import drawn, even
from figures.experiments.language.parts import Part
from figures.experiments.language.texts import Text

from .tiny import PERMUTED_TINY

NEW, OLD = np.arange(1000, dtype=np.uint16), np.arange(2000, 2300, dtype=np.uint16)
TEXTS = Part(Text(NEW, NEW), Text(OLD, OLD))
SIZES = replace(PERMUTED_TINY, batch=200, context=7)


def test_a_batch_is_windows_and_the_same_one_token_later() -> None:
    inputs, targets = drawn(TEXTS, SIZES, 0, 0, 0)
    assert inputs.shape == targets.shape == (200, 7)
    assert inputs.dtype == targets.dtype == np.int64
    np.testing.assert_array_equal(targets, inputs + 1)
    np.testing.assert_array_equal(inputs - inputs[:, :1], np.broadcast_to(np.arange(7), (200, 7)))


def test_windows_come_from_all_of_the_text_and_from_nothing_else() -> None:
    found = np.concatenate([drawn(TEXTS, SIZES, 0, 0, update)[0][:, 0] for update in range(50)])
    # The last window ends at the last token; of 10000 draws among 993 none is missed but with a chance of 4 %.
    assert (found.min(), found.max()) == (0, 992)
    assert len(np.unique(found)) > 980


def test_an_update_has_its_own_windows_whatever_came_before() -> None:
    places = [(seed, phase, update) for seed in (0, 1) for phase in (0, 1) for update in (0, 1)]
    first = [drawn(TEXTS, SIZES, *place)[0] for place in places]
    for place, one in zip(reversed(places), reversed(first), strict=True):
        np.testing.assert_array_equal(drawn(TEXTS, SIZES, *place)[0], one)
    assert len({one.tobytes() for one in first}) == len(places)


def test_a_share_of_the_windows_is_of_the_old_text() -> None:
    def share(replayed: float, texts: Part = TEXTS) -> float:
        sizes = replace(SIZES, replayed=replayed)
        rows = np.concatenate([drawn(texts, sizes, 0, 1, update)[0] for update in range(20)])
        assert ((rows < 1000) | (rows >= 2000)).all()
        return float((rows[:, 0] >= 2000).mean())

    assert share(0) == 0
    assert share(1) == 1
    # 4000 draws: six deviations are .041.
    assert abs(share(0.25) - 0.25) < 0.041
    assert share(0.25, TEXTS._replace(old=None)) == 0


def test_what_is_replayed_changes_no_other_window() -> None:
    without, some = (drawn(TEXTS, replace(SIZES, replayed=share), 0, 1, 0)[0] for share in (0.0, 0.25))
    new = some[:, 0] < 2000
    assert 0 < new.sum() < 200
    np.testing.assert_array_equal(some[new], without[new])


def test_even_windows_reach_from_end_to_end_without_overlap() -> None:
    inputs, targets = even(NEW, 5, 7)
    np.testing.assert_array_equal(inputs[:, 0], [0, 248, 496, 744, 992])
    np.testing.assert_array_equal(targets, inputs + 1)
    inputs, targets = even(NEW[:29], 100, 7)
    np.testing.assert_array_equal(inputs[:, 0], [0, 7, 14, 21])
    assert targets[-1, -1] == 28
    # One token fewer: the last target of a fourth window is missing.
    assert [len(even(NEW[:length], 100, 7)[0]) for length in (28, 15, 14, 8)] == [3, 2, 1, 1]
