"""Labels: on no other text, on no point, inside; refused where there is no room."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from figures import style
from figures.labels import Label, place

from ..backends import available


@pytest.fixture
def axes() -> Iterator[Any]:
    available("matplotlib")
    with style.applied():
        axes = style.new(2.0, 2.0).subplots()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        yield axes


def boxes(axes: Any, notes: list[Any]) -> list[Any]:
    return [note.get_window_extent(axes.figure.canvas.get_renderer()) for note in notes]


def inside(box: Any, room: Any) -> bool:
    return bool(room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1)


def crowd(rng: np.random.Generator) -> list[Label]:
    return [Label(f"no. {i}", *rng.uniform(0.3, 0.7, 2), "black") for i in range(8)]


def test_labels_of_a_crowd_stand_apart_and_inside(axes: Any, rng: np.random.Generator) -> None:
    labels = crowd(rng)
    found = boxes(axes, place(axes, labels, style.SMALL))
    room = axes.get_window_extent()
    dots = axes.transData.transform([(label.x, label.y) for label in labels])
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))
    assert all(inside(box, room) for box in found)
    assert not any(box.contains(*dot) for box in found for dot in dots)


def test_they_say_what_they_should_beside_their_points(axes: Any, rng: np.random.Generator) -> None:
    labels = crowd(rng)
    notes = place(axes, labels, style.SMALL)
    assert [(note.get_text(), *note.xy) for note in notes] == [(one.text, one.x, one.y) for one in labels]
    for label, box in zip(labels, boxes(axes, notes), strict=True):
        x, y = axes.transData.transform((label.x, label.y))
        gap = np.hypot(max(box.x0 - x, x - box.x1, 0), max(box.y0 - y, y - box.y1, 0))
        assert gap <= 24.5 * axes.figure.dpi / 72  # the farthest place, in pixels


def test_corners_have_room_inside(axes: Any) -> None:
    corners = [Label("corner", x, y, "black") for x in (0, 1) for y in (0, 1)]
    room = axes.get_window_extent()
    assert all(inside(box, room) for box in boxes(axes, place(axes, corners, style.SMALL)))


def test_what_is_written_already_stays_free(axes: Any) -> None:
    there = axes.text(0.55, 0.5, "already there", va="center", fontsize=style.SMALL)
    first, second = boxes(axes, [there, *place(axes, [Label("new", 0.5, 0.5, "black")], style.SMALL)])
    assert not first.overlaps(second)


def test_lines_stay_free_if_asked(axes: Any) -> None:
    line = axes.plot([0.5, 1.0], [0.5, 0.5])[0]
    label = [Label("beside", 0.5, 0.5, "black")]
    for free in (False, True):
        notes = place(axes, label, style.SMALL, beside_lines=free)
        (box,) = boxes(axes, notes)
        notes[0].remove()
        path = line.get_transform().transform_path(line.get_path())
        assert path.intersects_bbox(box, filled=False) is not free


def test_no_room_is_an_error(axes: Any) -> None:
    with pytest.raises(ValueError, match="no room for the label 'far too long"):
        place(axes, [Label("far too long for axes of two inches, by far", 0.5, 0.5, "black")], style.SMALL)
