"""Starting up: what `-X importtime` writes is read, what is heavy is named, both times count. None is asserted."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from figures.benchmarks import startup
from figures.benchmarks.startup import GOALS, HEAVY, HELP, IMPORT, Import, beyond, heavy, imports, met
from figures.benchmarks.timing import Pace

#: As Python writes it, with a warning of somebody in between.
TOLD = """import time: self [us] | cumulative | imported package
import time:       100 |        100 |   _io
import time:       250 |        350 | numpy
a warning | 1 | 2
import time:         1 |          1 | torch is only spoken of
import time:       700 |        700 |     scipy.linalg._flapack
import time:        50 |        750 |   scipy.linalg
import time:    150000 |     150750 |   fire_ref.schulz
import time:     50000 |     200750 | fire_ref
import time:         7 |          7 | fire_ref_other
"""


def taken(median: float) -> dict[str, float]:
    return {"min": median / 2, "median": median, "max": median * 2}


def test_what_python_writes_is_read() -> None:
    found = imports(TOLD)
    assert [one.module for one in found] == [
        "_io",
        "numpy",
        "scipy.linalg._flapack",
        "scipy.linalg",
        "fire_ref.schulz",
        "fire_ref",
        "fire_ref_other",
    ]
    assert found[-2] == Import("fire_ref", 0.05, 0.20075)
    assert beyond(found) == 0.20075
    assert imports("") == []


def test_what_is_heavy_is_named_once_and_nothing_else() -> None:
    assert heavy(imports(TOLD)) == ["scipy"]
    assert heavy([Import("torchvision", 0.0, 0.0), Import("fire_ref.torch", 0.0, 0.0)]) == []
    assert heavy([Import(f"{name}.part", 0.0, 0.0) for name in HEAVY]) == list(HEAVY)


def test_what_every_start_loads_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def imported(arguments: list[str]) -> list[Import]:
        names = ["matplotlib"] if arguments == ["-c", "pass"] else ["matplotlib", "torch._C"]
        return [Import(name, 0.0, 0.0) for name in names]

    monkeypatch.setattr(startup, "imported", imported)
    assert startup.unneeded(["-c", IMPORT]) == ["torch"]


@pytest.mark.parametrize(
    ("imported", "process", "loaded", "wanted"),
    [
        (0.1, 0.2, [], True),
        (0.3, 0.2, [], False),
        (0.1, 0.4, [], False),
        (0.1, 0.2, ["torch"], False),
    ],
)
def test_both_times_and_what_is_loaded_are_judged(
    imported: float, process: float, loaded: list[str], wanted: bool
) -> None:
    row = {"goal": 0.3, "imports": taken(imported), "process": taken(process), "heavy": loaded}
    assert met(row) is wanted


def test_the_goals_are_the_issues() -> None:
    assert GOALS == {"import fire_ref": 0.3, "fire-ref --help": 0.5}


def test_the_rows_are_made_of_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {startup.ANYWAY: 0.25, f"{startup.ANYWAY}, fire_ref": 0.375, "fire_ref": 0.5}
    monkeypatch.setattr(startup, "imported", lambda _: imports(TOLD))
    monkeypatch.setattr(startup, "taken", lambda arguments: clock[arguments[1]])
    monkeypatch.setattr(startup, "unneeded", lambda arguments: [arguments[-1]])
    rows = {row["name"]: row for row in startup.table(Pace(rounds=2))}
    assert {name: row["imports"]["median"] for name, row in rows.items()} == {IMPORT: 0.20075, HELP: 0.201107}
    assert {name: row["process"]["median"] for name, row in rows.items()} == {IMPORT: 0.125, HELP: 0.5}
    assert {name: row["heavy"] for name, row in rows.items()} == {IMPORT: [IMPORT], HELP: ["--help"]}
    assert {name: row["goal"] for name, row in rows.items()} == GOALS


def test_it_runs_and_nothing_heavy_is_loaded() -> None:
    rows: list[dict[str, Any]] = startup.table(Pace(rounds=1))
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert [row["heavy"] for row in rows] == [[], []]
    assert all(row["imports"]["median"] > 0 for row in rows)


def test_the_clock_is_the_childs(monkeypatch: pytest.MonkeyPatch) -> None:
    # User, system, the children's user and system, elapsed.
    read = [os.times_result((1.0, 2.0, 3.0, 4.0, 5.0)), os.times_result((10.0, 20.0, 3.25, 4.5, 50.0))]
    ran: list[list[str]] = []
    monkeypatch.setattr(startup, "_run", ran.append)
    monkeypatch.setattr(os, "times", lambda: read[len(ran)])
    assert startup.taken(["-c", "pass"]) == 0.75
    assert ran == [["-c", "pass"]]


def test_it_measures_the_package_that_is_imported_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "fire_ref.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(other))
    assert "fire_ref.schulz" in {one.module for one in startup.imported(["-c", IMPORT])}
