"""The pictures that are shown are those that the kept data and the committed code draw."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import figures
from figures.catalogue import FIGURES, drawing
from figures.experiments.packed import kept
from figures.experiments.runner import results
from figures.saving import read_data, versions, write_pictures, write_tables

from ..backends import available
from ..house.paths import ROOT
from .boxes import drawn, faults

TRAINED = [name for name, entry in FIGURES.items() if entry.trains]
GALLERY = Path(figures.__file__).parent / "gallery"


def lying(name: str) -> Path:
    return kept(results(name, GALLERY))


def test_every_figure_is_shown_with_its_data_and_explained() -> None:
    wanted = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "json")}
    wanted |= {f"{name}.md" for name in FIGURES if drawing(name).tables}
    assert {path.name for path in GALLERY.iterdir()} == wanted | {lying(name).name for name in TRAINED}
    text = (ROOT / "figures" / "README.md").read_text(encoding="utf-8")
    for name in FIGURES:
        assert f"### {name}:" in text
        assert f"](gallery/{name}.png)" in text


@pytest.mark.parametrize("name", FIGURES)
def test_the_picture_is_small_and_drawn_from_the_data_beside_it(name: str, tmp_path: Path) -> None:
    available("matplotlib")
    kept, picture = GALLERY / f"{name}.json", GALLERY / f"{name}.png"
    assert picture.stat().st_size < 150_000
    data = read_data(kept, name)
    assert faults(drawn(import_module(f"figures.{name}"), data)) == []
    (again,) = write_pictures(drawing(name), data, tmp_path, name, ["png"])
    made_with = json.loads(kept.read_text(encoding="utf-8"))["made_with"]
    if made_with["matplotlib"] == versions()["matplotlib"]:  # another release may place letters otherwise
        assert pixels(again) == pixels(picture)


@pytest.mark.parametrize("name", [name for name in FIGURES if drawing(name).tables])
def test_the_tables_are_those_of_the_data_beside_them(name: str, tmp_path: Path) -> None:
    (again,) = write_tables(drawing(name), read_data(GALLERY / f"{name}.json", name), tmp_path, name)
    assert again.read_bytes() == (GALLERY / f"{name}.md").read_bytes()
    assert f"(gallery/{name}.md)" in (ROOT / "figures" / "README.md").read_text(encoding="utf-8")


def test_all_results_together_are_small() -> None:
    assert sum(path.stat().st_size for path in {lying(name) for name in TRAINED}) < 2_000_000


@pytest.mark.parametrize("name", TRAINED)
def test_an_experiments_data_are_those_of_the_results_beside_them(name: str) -> None:
    text = (ROOT / "figures" / "README.md").read_text(encoding="utf-8")
    assert f"](gallery/{lying(name).name})" in text
    gather = drawing(name).gathered
    assert gather is not None
    found = gather(GALLERY)
    kept = read_data(GALLERY / f"{name}.json", name)
    assert near(json.loads(json.dumps(found)), kept)


@pytest.mark.parametrize("name", TRAINED)
def test_the_readmes_claims_are_those_of_the_results(name: str) -> None:
    text = (ROOT / "figures" / "README.md").read_text(encoding="utf-8")
    told = [line.split(" | ")[1:] for line in text.splitlines() if line.startswith(f"| {name}, ")]
    panels = read_data(GALLERY / f"{name}.json", name)["panels"].values()
    wanted = [[one["source"], f"{one['sentence']} |"] for panel in panels for one in panel["findings"]]
    assert told == wanted
    assert wanted


def near(one: Any, other: Any) -> bool:
    """Say whether two data are the same, up to the order in which another NumPy sums."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12, abs=1e-12)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(near, one, other))
    return bool(one == other)


def pixels(path: Path) -> tuple[tuple[int, int], bytes]:
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size, picture.convert("RGB").tobytes()
