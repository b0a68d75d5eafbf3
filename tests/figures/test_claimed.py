"""The tables of claims are those of the data, and take the place of the old ones alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from figures.catalogue import FIGURES
from figures.claimed import head, main, replaced, rows
from figures.saving import read_data

from ..house.paths import ROOT

GALLERY = ROOT / "figures" / "gallery"
PAGE = ROOT / "figures" / "README.md"


def test_the_pages_tables_are_those_of_the_gallery(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = PAGE.read_text(encoding="utf-8")
    page.write_text("\n".join(line for line in text.splitlines() if not line.startswith("| figF, ")), encoding="utf-8")
    assert main([str(GALLERY), "--into", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == text


def test_a_row_has_its_panel_its_source_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    data = read_data(GALLERY / "figF.json", "figF")
    found = rows("figF", data)
    assert len(found) == sum(len(panel["findings"]) for panel in data["panels"].values())
    first = data["panels"]["random-labels"]["findings"][0]
    assert found[0] == f"| figF, random labels | {first['source']} | {first['sentence']} |"
    assert main([str(GALLERY)]) == 0
    printed = capsys.readouterr().out
    shown = [name for name, entry in FIGURES.items() if entry.trains]
    assert all(head(name) in printed for name in shown)
    assert all(row in printed for row in found)


def test_only_the_rows_of_that_table_are_replaced() -> None:
    old = f"a\n\n{head('figF')}\n|---|---|---|\n| figF, x | y | z |\n\n| figF, not in the table |\n"
    assert replaced(old, "figF", ["| new |"]) == (
        f"a\n\n{head('figF')}\n|---|---|---|\n| new |\n\n| figF, not in the table |\n"
    )
    for text in ("", old + old):
        with pytest.raises(ValueError, match="must hold one line"):
            replaced(text, "figF", [])


def test_what_is_no_page_is_one_line_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n", encoding="utf-8")
    assert main([str(GALLERY), "--into", str(page)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert page.read_text(encoding="utf-8") == "nothing\n"
