"""What every picture must keep: letters inside, none over another, none too small, the same again from JSON."""

from __future__ import annotations

import io
import json
import warnings
from itertools import combinations
from types import ModuleType
from typing import Any

from figures import style
from figures.catalogue import Data
from fire_ref.cli.plot import save

#: Pixels by which boxes may touch: a box is rounded up to whole pixels on every side.
TOUCH = 1.0


def drawn(module: ModuleType, data: Data) -> Any:
    """Draw what JSON gives back, in the style, with every warning an error."""
    again = json.loads(json.dumps(data, allow_nan=False))
    with warnings.catch_warnings(), style.applied():
        warnings.simplefilter("error")
        figure = module.draw(again)
        assert written(figure) == written(module.draw(data)), "drawn from JSON it is another"
        figure.draw_without_rendering()
    return figure


def written(figure: Any) -> bytes:
    """Return the SVG of a figure."""
    content = io.BytesIO()
    save(figure, content, "svg")  # type: ignore[arg-type]  # matplotlib writes to both
    return content.getvalue()


def faults(figure: Any) -> list[str]:
    """Say what is wrong with the letters of a figure; nothing, if all is well."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    page = figure.bbox
    hidden = _hidden(figure)  # first: it settles the ticks
    texts = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]
    texts = [one for one in texts if id(one) not in hidden]
    boxes = [(one.get_text(), one.get_window_extent(renderer), one.get_fontsize()) for one in texts]
    told = [f"{text!r} leaves the page" for text, box, _ in boxes if not _inside(box, page)]
    told += [f"{text!r} has {size} points" for text, _, size in boxes if size < style.SMALLEST]
    for (one, first, _), (other, second, _) in combinations(boxes, 2):
        if _overlap(first, second):
            told.append(f"{one!r} lies on {other!r}")
    for axes in _every(figure):
        room = axes.get_window_extent(renderer)
        for note in axes.texts:
            box = note.get_window_extent(renderer)
            if note.get_visible() and note.get_text().strip() and not _inside(box, room):
                told.append(f"{note.get_text()!r} leaves its axes")
    return told


def _every(figure: Any) -> list[Any]:
    return [*figure.axes, *(child for axes in figure.axes for child in axes.child_axes)]


def _hidden(figure: Any) -> set[int]:
    """Return the identities of the labels that are never drawn: of ticks outside the limits, of an axis put off."""
    found: set[int] = set()
    for axes in _every(figure):
        for axis in (axes.xaxis, axes.yaxis):
            drawn_ticks = axis._update_ticks() if axes.axison else []
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            found |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
            found -= {id(label) for tick in drawn_ticks for label in (tick.label1, tick.label2)}
            found |= set() if axes.axison else {id(axis.label), id(axis.offsetText)}
    return found


def _inside(box: Any, room: Any) -> bool:
    return bool(
        box.x0 >= room.x0 - TOUCH
        and box.x1 <= room.x1 + TOUCH
        and box.y0 >= room.y0 - TOUCH
        and box.y1 <= room.y1 + TOUCH
    )


def _overlap(one: Any, other: Any) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    along = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(across > TOUCH and along > TOUCH)
