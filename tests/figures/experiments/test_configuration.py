"""What a run is; and which updates the metric counts."""

from __future__ import annotations

import pytest

from figures.experiments.configuration import LAST, METRIC, Sizes

from .faked import configuration


def test_a_run_has_a_name() -> None:
    assert configuration("iso", 3).key == "random-labels.iso.3"


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(40, 3, 2, 10, 8), Sizes(30, 2, 1, 10), Sizes(10, 1, 1, 10)])
def test_the_metric_counts_the_last_fifth_and_whole_updates(sizes: Sizes) -> None:
    each = [sizes.counted_in(task) for task in range(sizes.tasks)]
    assert sum(each) == sizes.counted == max(1, sizes.tasks * sizes.updates // LAST)
    assert all(0 <= number <= sizes.updates for number in each)
    # Once it counts, it counts all that follows.
    first = next(task for task, number in enumerate(each) if number)
    assert each[first + 1 :] == [sizes.updates] * (sizes.tasks - first - 1)
    assert "last fifth" in METRIC


def test_the_published_sizes() -> None:
    assert (Sizes().updates, Sizes().counted) == (320, 768)
    assert [Sizes().counted_in(task) for task in (8, 9, 10, 11)] == [0, 128, 320, 320]
