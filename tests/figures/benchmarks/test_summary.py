"""The README's table of speed: made of the gallery's data, every input in one row, slower told in bold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import figures
from figures.benchmarks.cases import FULL
from figures.benchmarks.rivals import OURS
from figures.benchmarks.stepping import OFFICIAL
from figures.benchmarks.stepping import OURS as STEPPED
from figures.benchmarks.summary import COLUMNS, ROWS, main, replaced, summary
from figures.saving import read_data

from ...house.paths import ROOT
from .test_markdown import cells

KEPT = Path(figures.__file__).parent / "gallery" / "table1.json"
README = ROOT / "README.md"
FAST = OURS["fast"]


def test_the_readme_says_what_the_gallery_measured() -> None:
    assert f"\n\n{summary(read_data(KEPT, 'table1'))}\n\n" in README.read_text(encoding="utf-8")


def test_every_ratio_of_the_gallery_is_within_a_cell() -> None:
    data = read_data(KEPT, "table1")
    table, _ = summary(data).split("\n\n")
    found = {row[0].partition(":")[0]: row[1:] for row in cells(table)[1:]}
    for row in data["exact"]:
        told = found[next(name for name, belongs in ROWS.items() if belongs(row))]
        for cell, name in zip(told, COLUMNS, strict=True):
            other = row["ratios"][name]["median"] if name != row["reference"] else 1.0
            ends = [float(end.strip("*")) for end in cell.split(" to ")]
            assert min(ends) - 0.006 <= row["ratios"][FAST]["median"] / other <= max(ends) + 0.006


def test_every_planned_input_is_in_the_row_that_it_should_be_in() -> None:
    taken: dict[str, set[str]] = {name: set() for name in ROWS}
    for case in FULL.exact:
        row = case._asdict()
        taken[next(name for name, belongs in ROWS.items() if belongs(row))].add(f"{case.kind}, {case.m} x {case.n}")
    assert all(taken.values())
    assert taken["below 256"] == {"Gaussian, 128 x 128", "cond 1e8, 64 x 64"}
    assert taken["Gaussian, tall"] == {"Gaussian, 3072 x 768", "Gaussian, 8192 x 1024"}
    assert taken["tall, condition 1e3"] == {"cond 1e3, 3072 x 768"}
    assert {one.partition(",")[0] for one in taken["power law, clustered, isometry"]} == {
        "power law",
        "clustered",
        "isometry",
    }


def row(kind: str, m: int, n: int, dtype: str, fast: float, **others: float) -> dict[str, Any]:
    ratios = {FAST: fast} | {name.replace("_", " "): ratio for name, ratio in others.items()}
    found: dict[str, Any] = {"kind": kind, "m": m, "n": n, "dtype": dtype, "reference": "scipy polar"}
    return found | {"ratios": {name: {"median": ratio} for name, ratio in ratios.items()}}


DATA: dict[str, Any] = {
    "exact": [
        row("Gaussian", 512, 512, "float64", 1.5, torch_svd=0.75),
        row("Gaussian", 256, 256, "float64", 0.98),
        row("cond 1e8", 768, 768, "float64", 0.96, torch_svd=0.96),
    ],
    "steps": [{"name": "DQN", "ratio": {"median": 20.34}}, {"name": "GPT", "ratio": None}],
    "growth": {
        "layers": {"series": {STEPPED: {"seconds": [2.0, 1.0]}, OFFICIAL: {"seconds": [1.0, 1.25]}}},
        "stack": {"series": {STEPPED: {"seconds": [1.0, 1.0]}, OFFICIAL: {"seconds": [3.0, 90.0]}}},
    },
    "machine": {"cpu": "A CPU", "gpu": None, "versions": {"python": "3.11", "scipy": "1.17", "torch": "2.13"}},
}


def test_ratios_are_of_theirs_to_ours_and_slower_is_bold() -> None:
    table, told = summary(DATA).split("\n\n")
    assert cells(table)[1:] == [
        ["Gaussian, square, float64: 256 x 256, 512 x 512", "0.98 to 1.50", "2.00", "-", "-", "-"],
        ["condition 1e8 to 1e16, half rank: 768 x 768", "**0.96**", "1.00", "-", "-", "-"],
    ]
    assert max(map(len, told.splitlines())) <= 120
    assert told.replace("\n", " ") == (
        "Ten steps, the official formulation in torch: DQN 20.3, 64 x 64 weights one by one **0.50** to 1.25, "
        "one 32 x 32 3.00. (A CPU; scipy 1.17, torch 2.13.)"
    )


def test_a_new_table_takes_the_place_of_the_old_one() -> None:
    old = summary(DATA)
    new = summary(DATA | {"steps": []})
    assert old != new
    assert replaced(f"# a\n\n| b |\n\n{old}\n\nTen steps, c\n", new) == f"# a\n\n| b |\n\n{new}\n\nTen steps, c\n"
    for text in ("", old, "a\n\nTen steps, b\n\nc", f"\n{old.partition(chr(10))[0]}\n\nc\n\n"):
        with pytest.raises(ValueError, match="must hold a table"):
            replaced(text, new)


def test_the_command_prints_or_replaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = {"figure": "table1", "data": DATA | {"caption": ""}}
    kept, page = tmp_path / "table1.json", tmp_path / "page.md"
    kept.write_text(json.dumps(whole), encoding="utf-8")
    assert main([str(kept)]) == 0
    assert capsys.readouterr().out == f"{summary(DATA)}\n"
    page.write_text(README.read_text(encoding="utf-8"), encoding="utf-8")
    assert main([str(kept), "--into", str(page)]) == 0
    assert f"\n\n{summary(DATA)}\n\n" in page.read_text(encoding="utf-8")
    assert main([str(KEPT), "--into", str(page)]) == 0
    assert page.read_bytes() == README.read_bytes()
    assert main([str(page)]) == 1
    assert "must hold the data of table1" in capsys.readouterr().err
