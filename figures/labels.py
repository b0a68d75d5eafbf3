"""Labels of points that lie on no other text and inside their axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Any, NamedTuple


class Label(NamedTuple):
    """What to write at a point, in data coordinates."""

    text: str
    x: float
    y: float
    colour: str


#: Where a label may stand, seen from its point: directions around it, then farther away. In points.
DISTANCES, DIRECTIONS = (5.0, 10.0, 16.0, 24.0), 16


def place(axes: Any, labels: Sequence[Label], size: float, *, beside_lines: bool = False) -> list[Any]:
    """
    Write labels beside their points, each in the first place that is free.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its limits set; what is already written in it, and its legend, stays free.
    labels : sequence of Label
        In the order of their claims.
    size : float
        Points.
    beside_lines : bool
        Whether the axes' lines stay free, too.

    Returns
    -------
    list of matplotlib.text.Annotation

    Raises
    ------
    ValueError
        There is no room for one.
    """
    figure = axes.figure
    figure.draw_without_rendering()  # settles the layout
    renderer = figure.canvas.get_renderer()
    legend = axes.get_legend()
    taken = [text.get_window_extent(renderer) for text in axes.texts if text.get_visible()]
    taken += [legend.get_window_extent(renderer)] if legend is not None else []
    # A label may not cover the point of another.
    dots = [axes.transData.transform((label.x, label.y)) for label in labels]
    lines = [line.get_transform().transform_path(line.get_path()) for line in axes.lines] if beside_lines else []
    room = axes.get_window_extent(renderer)
    written = []
    for label in labels:
        note = axes.annotate(
            label.text, (label.x, label.y), (0, 0), textcoords="offset points", fontsize=size, color=label.colour
        )
        # Layout must not make room for a label that stays inside.
        note.set_in_layout(False)
        for along, up, beside, above in _places():
            note.set(ha=beside, va=above)
            note.xyann = (along, up)
            box = note.get_window_extent(renderer).padded(1.0)
            if not (room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1):
                continue
            if any(box.overlaps(other) for other in taken) or any(box.contains(*dot) for dot in dots):
                continue
            if any(line.intersects_bbox(box, filled=False) for line in lines):
                continue
            taken.append(box)
            written.append(note)
            break
        else:
            raise ValueError(f"figures: there is no room for the label {label.text!r}.")
    return written


def _places() -> list[tuple[float, float, str, str]]:
    found = []
    for distance in DISTANCES:
        for i in range(DIRECTIONS):
            angle = 2 * pi * i / DIRECTIONS
            along, up = distance * cos(angle), distance * sin(angle)
            beside = "left" if cos(angle) > 0.3 else "right" if cos(angle) < -0.3 else "center"
            above = "bottom" if sin(angle) > 0.3 else "top" if sin(angle) < -0.3 else "center"
            found.append((along, up, beside, above))
    return found
