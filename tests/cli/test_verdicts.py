"""A report on the terminal: what is said, in what colour, in what width."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from fire_ref.cli.console import Output
from fire_ref.cli.verdicts import ROWS, show, telling
from fire_ref.conformance.record import Findings, Probe

from ..audits.test_page import HOSTILE
from ..conformance.reports import EVERY, broken, empty, hostile, passing, probe, wrong
from .test_console import ANSI, window

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def shown(found: Findings, capsys: Captured) -> str:
    show(found, Output())
    return capsys.readouterr().out


def test_a_file_gets_everything_in_whole_lines(capsys: Captured) -> None:
    found = wrong()
    lines = shown(found, capsys).splitlines()
    assert lines[:3] == [
        "✗ not passed  muon_like.orthogonal:zeropower_via_newtonschulz",
        "dialect official, level matrix, numpy, float32 on cuda:0",
        "fire_ref 0.1.0, numpy 2.3.1",
    ]
    assert lines[4].startswith("Faithful to dialect official? ✗ no. The answers are 5 steps of cubic, not 10. Worst: ")
    assert lines[5].startswith("Converged to the exact polar factor? ✗ no. ")
    assert lines[6] == "Within noise of: official-gpt, short-cubic."
    for one in found.diagnoses:
        (place,) = (i for i, line in enumerate(lines) if one.evidence in line)
        assert lines[place].split()[1] == one.severity
        assert f"(case {one.case}" in lines[place]
        assert lines[place + 1].split() == [one.code, "→", *one.hint.split()]
    assert lines[-1] == "loading 0.3 s, first calls 0.0 s, calls 0.2 s, judging 0.6 s"


def test_confidence_is_said_where_there_is_doubt(capsys: Captured) -> None:
    assert re.findall(r"confidence \d+%", shown(wrong(), capsys)) == ["confidence 60%"]


def test_results_are_counted(capsys: Captured) -> None:
    lines = [line.split() for line in shown(wrong(), capsys).splitlines()]
    assert ["check", "pass", "fail", "inconclusive", "skipped", "recorded"] in lines
    assert ["value.faithful", "1", "5", "1", "1", "·"] in lines
    assert ["shape.kept", "8", "·", "·", "·", "·"] in lines
    lines = [line.split() for line in shown(broken(), capsys).splitlines()]
    assert ["check", "fail"] in lines


def test_the_response_is_shown_when_something_is_wrong(capsys: Captured) -> None:
    out = shown(wrong(), capsys)
    start = out.index("What became of singular values")
    rows = re.findall(r"^ +(\S+) +(\S+) +(\S+) *$", out[start:], re.MULTILINE)
    assert len(rows) == ROWS
    worst = telling(wrong().fingerprint.probes)
    assert worst is not None
    for row, i in ((rows[0], 0), (rows[-1], -1)):
        assert float(row[0]) == pytest.approx(worst.values[i], rel=1e-2)
        assert float(row[1]) == pytest.approx(worst.response[i], rel=1e-3)
        assert float(row[2]) == pytest.approx(worst.declared[i], rel=1e-3)
    assert "What became" not in shown(passing(), capsys)
    short = passing()
    object.__setattr__(short.fingerprint, "probes", (probe("probe-tall", 10, count=ROWS),))
    assert "What became" in shown(short, capsys)


def test_the_probe_that_tells_most_is_furthest_away() -> None:
    near = Probe("near", (1, 1), (0.5,), (0.5,), (0.6,))
    far = Probe("far", (1, 1), (0.5,), (0.5,), (0.9,))
    lost = Probe("lost", (1, 1), (0.5,), (float("nan"),), (0.9,))
    assert telling([near, far, near]) is far
    assert telling([near, lost, far]) is lost
    assert telling([near, Probe("same", (1, 1), (0.5,), (0.5,), (0.6,))]) is near
    assert telling([]) is None


def test_a_target_that_never_answered_is_shown(capsys: Captured) -> None:
    out = shown(empty(), capsys)
    assert "? cannot tell." in out
    assert "What became" not in out
    assert "check" not in out


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("width", [40, 80, 160])
def test_everything_fits_its_window(name: str, width: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, width)
    out = ANSI.sub("", shown(EVERY[name](), capsys))
    assert max(map(cell_len, out.splitlines())) <= width
    for one in EVERY[name]().diagnoses:
        assert one.code in out


def test_colours_say_what_the_words_say(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 120)
    out = shown(wrong(), capsys)
    assert re.search(r"\x1b\[1;31m✗ not passed", out)
    assert re.search(r"\x1b\[1;31m✗ no\x1b", out)  # faithful
    assert re.search(r"\x1b\[33m✗ no\x1b", out)  # converged
    assert re.search(r"\x1b\[31m✗ error", out)
    assert re.search(r"\x1b\[33m! limit", out)
    assert re.search(r"\x1b\[2m· note", out)
    assert re.search(r"\x1b\[1;32m✓ passed", shown(passing(), capsys))


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("name", [*HOSTILE, "[bold red]c[/bold red][/nothing][link=file:///x]d", "a\x9b31m\x08b"])
def test_no_text_of_a_target_is_obeyed(
    name: str, terminal: bool, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    if terminal:
        window(monkeypatch, 200)
    out = shown(hostile(name), capsys)
    ours = re.sub(r"\x1b\[[0-9;]*m", "", out)  # rich's own colours
    assert not [c for c in ours if not c.isprintable() and c != "\n"]
    assert "".join(c if c.isprintable() else "?" for c in " ".join(name.split())) in ours
