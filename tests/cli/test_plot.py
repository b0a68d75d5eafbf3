"""The picture shows the data: the front's own points, and each row where its numbers are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fire_ref.cli.plot import COLOURS, check_plot, draw, save
from fire_ref.demo import compute

from ..backends import available


def test_the_drawn_lines_are_the_data() -> None:
    available("matplotlib")
    found = compute()
    lines = {line.get_label(): line for line in draw(found).axes[0].lines}
    front = lines["exact front (least SFE)"]
    assert np.array_equal(front.get_xdata(), found.front.sfe)
    assert np.array_equal(front.get_ydata(), found.front.dfi)
    for row in found.rows:
        if row.name in COLOURS:
            assert (lines[row.name].get_xdata()[0], lines[row.name].get_ydata()[0]) == (row.sfe, row.dfi)


@pytest.mark.parametrize("name", ["front", "front.gif", "png", ".png"])
def test_a_picture_of_another_format_is_refused_first(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--plot must"):
        check_plot(tmp_path / name)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_data_give_the_same_bytes(kind: str, tmp_path: Path) -> None:
    available("matplotlib")
    found = compute()
    for name in ("one", "two"):
        save(draw(found), tmp_path / name, kind)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
