"""One style: nothing of matplotlib's own settings changes, every method has a colour that everybody can tell apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from figures import style

from ..backends import available


def test_the_users_settings_are_neither_read_nor_changed() -> None:
    available("matplotlib")
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0, "axes.grid": True}):
        with style.applied():
            assert matplotlib.rcParams["font.size"] == style.TEXT
            assert not matplotlib.rcParams["axes.grid"]
        assert matplotlib.rcParams["font.size"] == 31.0


def test_a_figure_is_of_no_global_state() -> None:
    available("matplotlib")
    import matplotlib.pyplot as plt

    style.new(style.COLUMN, 2)
    assert plt.get_fignums() == []


def test_every_marked_method_has_a_colour() -> None:
    assert set(style.MARKERS) <= set(style.COLOURS)


# Vienot, Brettel and Mollon (1999): what a deuteranope and a protanope see of linear RGB.
SEEN = {
    "all": np.eye(3),
    "protan": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "deutan": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}
#: Methods that appear in one picture.
TOGETHER = (
    ("cubic", "muon", "quintic", "polar-express"),
    ("W", "k = 5", "k = 10", "exact"),
    ("front", "cubic", "shrink and perturb", "W"),
)


def lightness_and_hue(colour: str, seen: np.ndarray) -> np.ndarray:
    """CIELAB of a colour as somebody sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(seen @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("methods", TOGETHER)
def test_colours_in_one_picture_differ_for_every_eye(kind: str, methods: tuple[str, ...]) -> None:
    for one, other in combinations(methods, 2):
        apart = [lightness_and_hue(style.COLOURS[method], SEEN[kind]) for method in (one, other)]
        # 2.3 is just noticeable side by side; ten of those are seen across a picture.
        assert np.linalg.norm(apart[0] - apart[1]) > 12, (one, other)


def test_a_caption_is_wrapped_to_the_page() -> None:
    available("matplotlib")
    with style.applied():
        for width in (style.COLUMN, style.PAGE):
            figure = style.new(width, 3)
            figure.subplots()
            style.caption(figure, "A sentence of ordinary words, which goes on and on. " * 6)
            figure.draw_without_rendering()
            box = figure._supxlabel.get_window_extent()
            assert 0.75 * figure.bbox.x1 < box.x1 <= figure.bbox.x1
