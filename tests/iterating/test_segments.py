"""Where the Gram matrix is computed anew."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.coefficients import COEFFICIENTS, at, schedule
from fire_ref.iterating.segments import LONGEST, segments


@pytest.mark.parametrize("name", sorted(COEFFICIENTS))
@pytest.mark.parametrize("p", [1, 16, 768])
@pytest.mark.parametrize("steps", [0, 1, 7, 60])
def test_all_steps_are_there_in_their_order(name: str, p: int, steps: int) -> None:
    triples = [at(schedule("test", name), step) for step in range(steps)]
    cut = segments(triples, p)
    assert [triple for segment in cut for move in segment for triple in move] == triples
    assert all(1 <= sum(map(len, segment)) <= LONGEST for segment in cut)


@pytest.mark.parametrize("p", [1, 768])
def test_cubic_segments_have_five_steps_whatever_the_size(p: int) -> None:
    assert [sum(map(len, s)) for s in segments([(1.5, -0.5, 0.0)] * 12, p)] == [5, 5, 2]


@pytest.mark.parametrize("name", sorted(COEFFICIENTS))
@pytest.mark.parametrize("p", [8, 100])
def test_no_segment_of_several_steps_stretches_by_more_than_p(name: str, p: int) -> None:
    s = np.linspace(1e-4, 1, 5000)
    for segment in segments([at(schedule("test", name), step) for step in range(20)], p):
        steps, start = [triple for move in segment for triple in move], s
        for a, b, c in steps:
            s = a * s + b * s**3 + c * s**5
        slope = np.abs(np.diff(s) / np.where(np.diff(start) == 0, 1.0, np.diff(start)))
        if len(steps) > 1:
            usable = np.abs(np.diff(start)) > 1e-9  # else the quotient is rounding
            assert max(np.max(slope[usable], initial=0.0), np.max(np.abs(s / start))) <= 1.01 * p


def test_wild_coefficients_give_single_steps() -> None:
    assert [sum(map(len, s)) for s in segments([(50.0, 1e200, 0.0)] * 4, 64)] == [1, 1, 1, 1]
