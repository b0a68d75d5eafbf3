"""The table of known implementations: its cells, and that it can be written from kept rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from figures import known_table
from figures.catalogue import Data
from figures.saving import write_data
from figures.settings import Settings

ROW: Data = {
    "name": "one | two",
    "version": "1.2",
    "dialect": "official",
    "faithful": "yes",
    "converged": "no",
    "enough": 33,
    "computes": "cubic, k = 10",
    "worst": 0.0481,
    "finite": True,
    "codes": {"EPS_FLOOR": "limit", "OVERFLOW": "limit"},
    "as_recorded": True,
    "differs": "",
}


def table(**changed: Any) -> str:
    data = {"rows": [ROW | changed], "libraries": {"numpy": "2.0", "torch": "2.1"}, "system": "Linux x86_64"}
    return known_table.page(data)


def last(text: str) -> str:
    return text.splitlines()[-1]


def test_a_row_as_it_is_written() -> None:
    written = (
        "| one \\| two | 1.2 | official | yes | no (33 steps) | cubic, k = 10 | 4.8e-02 | `EPS_FLOOR`, `OVERFLOW` |"
    )
    assert last(table()) == written
    assert "with numpy 2.0, torch 2.1, on Linux x86_64.\n1 of 1 behave as recorded" in table()


def test_the_cells_that_say_something_else() -> None:
    assert "| yes | yes | cubic" in last(table(converged="yes", enough=None))
    assert "| not finite |" in last(table(worst=None, finite=False))
    assert "| - | `EPS_FLOOR`" in last(table(worst=None))
    assert "| varies | `NONDETERMINISTIC` |" in last(table(codes={"NONDETERMINISTIC": "error"}))
    assert last(table(codes={})).endswith("| - |")
    told = table(codes={"A": "error"}, as_recorded=False, differs="not recorded:\nA")
    assert last(told).endswith("| `A`, not as recorded: not recorded: A |")
    assert "0 of 1 behave" in told


def test_what_could_not_be_called() -> None:
    told = table(faithful=None, converged=None, enough=None, worst=None, codes={}, as_recorded=False, differs="no f")
    assert last(told).endswith("| official | - | - | cubic, k = 10 | - | no f |")


@pytest.mark.parametrize("same", [True, False])
def test_kept_rows_are_written_without_verifying(
    same: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(known_table, "verified", lambda: pytest.fail("it verified again"))
    rows = [ROW | {"as_recorded": same, "differs": "" if same else "faithful is no"}]
    data = {"caption": "", "rows": rows, "libraries": {"numpy": "2.0"}, "system": "Linux"}
    write_data(tmp_path / "figC.json", "figC", Settings(), data)
    out = tmp_path / "known.md"
    asked = ["--from", str(tmp_path / "figC.json"), "--out", str(out)]
    assert known_table.main(asked) == 0
    assert known_table.main([*asked, "--check"]) == int(not same)
    assert out.read_text(encoding="utf-8") == known_table.page(data)
    assert ("one | two: faithful is no" in capsys.readouterr().out) == (not same)


def test_without_kept_rows_it_verifies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"rows": [ROW], "libraries": {"numpy": "2.0"}, "system": "Linux"}
    monkeypatch.setattr(known_table, "verified", lambda: data)
    assert known_table.main(["--check", "--out", str(tmp_path / "known.md")]) == 0
    assert (tmp_path / "known.md").read_text(encoding="utf-8") == known_table.page(data)


@pytest.mark.parametrize("rows", [3, [{}], [{"name": "x"}], None])
def test_hostile_rows_are_one_line(rows: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, out = tmp_path / "figC.json", tmp_path / "known.md"
    write_data(kept, "figC", Settings(), {"caption": "", "rows": rows, "libraries": {}, "system": ""})
    assert known_table.main(["--from", str(kept), "--out", str(out)]) == 2
    assert capsys.readouterr().err.startswith(f"figures: {kept} must hold the data of figC")
    assert not out.exists()


def test_a_folder_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert known_table.main(["--out", str(tmp_path / "none" / "known.md")]) == 2
    assert "--out must lie in an existing folder" in capsys.readouterr().err


def test_other_data_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_data(tmp_path / "fig6.json", "fig6", Settings(), {"rows": []})
    assert known_table.main(["--from", str(tmp_path / "fig6.json"), "--out", str(tmp_path / "known.md")]) == 2
    assert "must hold the data of figC" in capsys.readouterr().err
    assert not (tmp_path / "known.md").exists()
