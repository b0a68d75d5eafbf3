"""The rate: up in a straight line, then level or down; never nothing, never more than all."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.vision.schedule import factor


def test_it_rises_over_its_share_and_stays() -> None:
    found = [factor(update, 20, 0.2, cosine=False) for update in range(20)]
    assert found == pytest.approx([0.25, 0.5, 0.75, *[1.0] * 17])


def test_it_falls_along_a_cosine() -> None:
    found = np.array([factor(update, 1000, 0.1, cosine=True) for update in range(1000)])
    assert found[:100] == pytest.approx(np.arange(1, 101) / 100)
    assert (np.diff(found[100:]) < 0).all()
    assert found[550] == pytest.approx(0.5, abs=1e-3)  # half way down at half time
    # Symmetric about the middle: what it is short of at first it has left at the end.
    assert found[100:] == pytest.approx(1 - found[:99:-1])
    assert 0 < found[-1] < 1e-5


@pytest.mark.parametrize("updates", [1, 2, 3])
def test_few_updates_are_not_made_for_nothing(updates: int) -> None:
    for cosine in (False, True):
        assert all(0 < factor(update, updates, 0.1, cosine=cosine) <= 1 for update in range(updates))
    assert factor(0, 1, 1.0, cosine=True) == 1
