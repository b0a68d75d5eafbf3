"""The judge of pictures is judged: each fault is found, and a good picture has none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from figures import style

from ..backends import available
from .boxes import drawn, faults


@pytest.fixture
def figure() -> Any:
    available("matplotlib")
    with style.applied():
        made = style.new(style.COLUMN, 2.5)
        made.subplots().plot([0, 1], [0, 1], label="a line")
        style.legend(made, made.axes[0], columns=1)
        style.caption(made, "What it shows. " * 8)
        made.draw_without_rendering()
    return made


def again(figure: Any) -> list[str]:
    figure.draw_without_rendering()
    return faults(figure)


def test_a_good_picture_has_none(figure: Any) -> None:
    assert again(figure) == []


def test_letters_on_letters_are_found(figure: Any) -> None:
    figure.axes[0].text(0.5, 0.5, "one")
    figure.axes[0].text(0.5, 0.5, "other")
    assert again(figure) == ["'one' lies on 'other'"]


def test_letters_outside_the_axes_are_found(figure: Any) -> None:
    figure.axes[0].annotate("beyond", (1, 1), (0, 5), textcoords="offset points")
    assert "'beyond' leaves its axes" in again(figure)


def test_letters_outside_the_page_are_found(figure: Any) -> None:
    figure.text(0.99, 0.5, "too long for this", wrap=False).set_in_layout(False)
    assert "'too long for this' leaves the page" in again(figure)


def test_letters_too_small_are_found(figure: Any) -> None:
    figure.axes[0].text(0.2, 0.8, "tiny", fontsize=4)
    assert again(figure) == ["'tiny' has 4.0 points"]


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
def test_labels_of_an_axis_above_are_judged_too(figure: Any) -> None:
    above = figure.axes[0].secondary_xaxis("top")
    above.set_xlabel("above " * 30)
    assert any("leaves the page" in fault for fault in again(figure))


def test_a_picture_that_changes_when_drawn_again_is_refused() -> None:
    available("matplotlib")
    count = []

    def draw(data: dict[str, Any]) -> Any:
        count.append(data)
        made = style.new(2, 2)
        made.subplots().plot([0, len(count)])
        return made

    with pytest.raises(AssertionError, match="another"):
        drawn(SimpleNamespace(draw=draw), {})  # type: ignore[arg-type]  # as good as a module
