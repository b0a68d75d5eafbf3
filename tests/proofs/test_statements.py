"""Every proof is one, and its table says which test measures the same thing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from proofs.checking import CLOSED
from proofs.listing import main as listing
from proofs.listing import page
from proofs.sources import FOLDER, ordered, told

from .conftest import Proofs

TEXT = (FOLDER / "README.md").read_text(encoding="utf-8")
RESULTS = {(file, name) for file, kind, name in told(ordered()) if kind in ("Theorem", "Corollary")}


def test_every_file_compiles(proofs: Proofs) -> None:
    assert {one.source.name: one.error for one in proofs.files if one.error} == {}


def test_no_statement_rests_on_an_axiom(proofs: Proofs) -> None:
    assert {key: text for key, text in proofs.answers.items() if text != CLOSED} == {}
    assert set(proofs.answers) == {(file, name) for file, _, name in told(ordered())}


def test_every_theorem_named_in_the_readme_exists() -> None:
    named = set(re.findall(r"`(\w+)\.v: ([\w']+)`", TEXT))
    assert len(named) > 80
    assert named - RESULTS == set()


def test_the_list_of_theorems_is_what_the_files_say(tmp_path: Path) -> None:
    assert set(re.findall(r"`(\w+)\.v: ([\w']+)`", page())) == RESULTS
    assert listing(["--check"]) == 0
    stale = tmp_path / "theorems.md"
    stale.write_text(page().replace("nsf_gap", "nsf_gape"), encoding="utf-8")
    assert listing(["--check"], stale) == 1
    assert listing([], stale) == 0
    assert listing(["--check"], stale) == 0


def test_the_command_prints_the_table_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, proofs: Proofs
) -> None:
    from proofs import __main__ as command

    answers = dict(proofs.answers)
    monkeypatch.setattr(command, "checked", lambda _: (proofs.files, answers))
    assert command.main(["--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["proved"]
    assert {(row["file"].removesuffix(".v"), row["theorem"]) for row in shown["rows"]} == RESULTS
    answers[next(iter(RESULTS))] = "Axioms: lie : False"
    assert command.main([]) == 1
    assert "lie : False" in capsys.readouterr().out
