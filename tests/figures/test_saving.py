"""Data as JSON: exact, finite, for one figure; pictures: the same bytes from the same data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from figures import style
from figures.catalogue import Data, Drawing, drawing
from figures.saving import read_data, versions, write_data, write_pictures, write_tables
from figures.settings import Settings

from ..backends import available
from .test_gallery import GALLERY


def test_what_is_written_is_read_back_to_the_last_bit(tmp_path: Path) -> None:
    data = {"x": [0.1, 1 / 3, 1e-300], "none": None, "caption": "it"}
    write_data(tmp_path / "a.json", "fig6", Settings(("minilm",)), data)
    assert read_data(tmp_path / "a.json", "fig6") == data
    whole = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (whole["figure"], whole["weights"], whole["device"]) == ("fig6", ["minilm"], "cpu")
    assert whole["made_with"] == versions()


def test_numbers_that_json_does_not_have_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_data(tmp_path / "a.json", "fig6", Settings(), {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


CAPTION = '{"figure": "fig6", "data": {"caption": 3}}'
DEEP = '{"figure": "fig6", "data": ' + "[" * 100_000


@pytest.mark.parametrize(
    "content",
    [None, "", "[]", "{}", '{"figure": "fig1", "data": {}}', '{"figure": "fig6", "data": 3}', "\x00", CAPTION, DEEP],
)
def test_what_is_no_data_of_that_figure_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.json must hold the data of fig6\. Try python -m figures fig6"):
        read_data(tmp_path / "a.json", "fig6")


def test_the_same_data_give_the_same_bytes_in_every_format(tmp_path: Path) -> None:
    available("matplotlib")

    def draw(data: Data) -> object:
        figure = style.new(2, 2)
        figure.subplots().plot(data["x"])
        return figure

    drawing = Drawing(lambda _: {}, draw)
    formats = ("png", "svg", "pdf")
    paths = {}
    for name in ("one", "two"):
        paths[name] = write_pictures(drawing, {"x": [1, 3, 2]}, tmp_path, name, formats)
        assert [path.name for path in paths[name]] == [f"{name}.{kind}" for kind in formats]
    for one, two in zip(*paths.values(), strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert paths["one"][0].read_bytes()[:4] == b"\x89PNG"


def test_a_picture_does_not_depend_on_what_else_is_written(tmp_path: Path) -> None:
    available("matplotlib")
    data, fig1 = read_data(GALLERY / "fig1.json", "fig1"), drawing("fig1")
    alone = write_pictures(fig1, data, tmp_path, "alone", ["png"])[0].read_bytes()
    assert write_pictures(fig1, data, tmp_path, "after", ["svg", "png"])[1].read_bytes() == alone


def test_a_small_mark_keeps_its_colour(tmp_path: Path) -> None:
    available("matplotlib")
    from PIL import Image

    def draw(data: Data) -> object:
        figure = style.new(3, 3)
        axes = figure.subplots()
        for i, colour in enumerate(style.COLOURS.values()):
            axes.plot(range(200), [i + x / 200 for x in range(200)], color=colour, alpha=0.5)
        axes.plot(100, data["y"], "s", color=style.COLOURS["random isometry"], markersize=4)
        return figure

    (path,) = write_pictures(Drawing(lambda _: {}, draw), {"y": 3}, tmp_path, "marks", ["png"])
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    wanted = [int(style.COLOURS["random isometry"][i : i + 2], 16) for i in (1, 3, 5)]
    # A mark of four points is nine pixels wide, some of them on the edge.
    assert np.sum(np.abs(pixels - wanted).max(axis=-1) <= 16) > 30


def test_pdf_is_pdf(tmp_path: Path) -> None:
    available("matplotlib")
    (path,) = write_pictures(Drawing(lambda _: {}, lambda _: style.new(1, 1)), {}, tmp_path, "empty", ["pdf"])
    assert path.read_bytes()[:4] == b"%PDF"


def test_tables_are_written_where_there_are_any(tmp_path: Path) -> None:
    drawing = Drawing(lambda _: {}, lambda _: None)
    assert write_tables(drawing, {}, tmp_path, "a") == []
    assert list(tmp_path.iterdir()) == []
    paths = write_tables(drawing._replace(tables=lambda data: f"| {data['x']} |\n"), {"x": 3}, tmp_path, "a")
    assert [path.name for path in paths] == ["a.md"]
    assert paths[0].read_text(encoding="utf-8") == "| 3 |\n"
