"""Data are loaded once for runs that use the same, and again for others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from figures.experiments.data import loaded

from .faked import configuration, folder


def test_runs_with_the_same_sizes_share_data(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other", images=40)
    found = loaded(configuration("base"), one)
    assert loaded(configuration("iso", 3, "permuted-inputs"), one) is found
    assert len(loaded(configuration("base"), other).train) == 40
    again = loaded(replace(configuration("base"), sizes=configuration(width=9).sizes), one)
    assert again is not found
    assert np.array_equal(again.train, found.train)
