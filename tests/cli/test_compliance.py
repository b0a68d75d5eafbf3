"""The table of known implementations: what is shown and passed on."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from fire_ref.cli.compliance import KNOWN, SCHEMA, show_all, text_of
from fire_ref.cli.console import Output

from ..conformance.reports import broken, passing, wrong
from .test_console import ANSI, window

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def row(name: str, report: Any, differs: str = "") -> Any:
    """A row as `fire_ref.conformance.compliance` gives it."""
    told = dict.fromkeys(KNOWN, "x") | {"name": name, "dialect": "muon", "codes": ("ZERO_NAN",)}
    return SimpleNamespace(
        known=SimpleNamespace(**told), version="1.2", report=report, as_recorded=not differs, differs=differs
    )


ROWS = (
    row("one.f", passing()),
    row("two.g", wrong(), "converged is no, recorded was yes"),
    row("three.h", None, "it could not be imported"),
)


def test_every_row_is_shown_and_what_differs_is_said(capsys: Captured) -> None:
    show_all(ROWS, Output())
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    found = {line[0]: line for line in lines if line and line[0] in ("one.f", "two.g", "three.h")}
    assert found["one.f"][1:6] == ["1.2", "x", "muon", "yes", "no"]
    assert found["one.f"][-2:] == ["✓", "yes"]
    assert found["two.g"][1:6] == ["1.2", "x", "muon", "no", "no"]
    assert found["two.g"][6] == f"{wrong().faithful.worst:.2g}"
    assert found["three.h"][1:] == ["1.2", "x", "muon", "-", "-", "-", "✗", "no"]
    assert out.endswith(
        "two.g: converged is no, recorded was yes\nthree.h: it could not be imported\n1 of 3 behave as recorded.\n"
    )


@pytest.mark.parametrize("width", [60, 100])
def test_it_fits_its_window(width: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, width)
    show_all(ROWS, Output())
    assert max(map(len, ANSI.sub("", capsys.readouterr().out).splitlines())) <= width


def test_no_text_is_obeyed(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 100)
    show_all([row("a\x1b[2J[bold]b", None, "c\x1b]0;x\x07\r\nd")], Output())
    ours = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert not [c for c in ours if not c.isprintable() and c != "\n"]
    assert "a?[2J[bold]b: c?]0;x? d" in ours


def test_the_json_holds_every_report() -> None:
    data = json.loads(text_of([*ROWS, row("four", broken())]), parse_constant=pytest.fail)
    assert data["schema"] == SCHEMA
    assert [one["known"]["name"] for one in data["rows"]] == ["one.f", "two.g", "three.h", "four"]
    assert [one["as_recorded"] for one in data["rows"]] == [True, False, False, True]
    assert data["rows"][1]["report"] == wrong().to_dict()
    assert data["rows"][2]["report"] is None
    assert data["rows"][0]["known"]["codes"] == ["ZERO_NAN"]
    assert data["rows"][1]["differs"] == "converged is no, recorded was yes"
