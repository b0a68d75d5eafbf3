"""Sizes: plain for JSON, and how many updates each phase has."""

from __future__ import annotations

import json
from dataclasses import asdict

from figures.experiments.language.sizes import BEST, TextSizes


def test_json_keeps_them() -> None:
    sizes = TextSizes(kind="warm", phases=2, before=7, replayed=0.25)
    assert TextSizes(**json.loads(json.dumps(asdict(sizes)))) == sizes


def test_permuted_tasks_are_all_of_one_length() -> None:
    sizes = TextSizes(phases=3, after=5, before=7, longest=9)
    assert (sizes.tasks, sizes.updates, sizes.shared) == (3, (5, 5, 5), False)


def test_the_phase_that_is_shared_has_a_length_of_its_own() -> None:
    sizes = TextSizes(kind="warm", phases=2, after=5, before=7, longest=9)
    assert (sizes.tasks, sizes.updates, sizes.shared) == (2, (7, 5), True)
    # To find the best all of it is trained.
    assert TextSizes(kind="warm", phases=2, after=5, before=BEST, longest=9).updates == (9, 5)


def test_the_last_fifth_of_all_updates_is_counted() -> None:
    assert [TextSizes(phases=3, after=10).counted_in(phase) for phase in range(3)] == [0, 0, 6]
    assert [TextSizes(phases=6, after=10).counted_in(phase) for phase in range(6)] == [0, 0, 0, 0, 2, 10]
    assert [TextSizes(phases=2, after=1).counted_in(phase) for phase in range(2)] == [0, 1]
