"""A false variant of a theorem does not compile: the check of the proofs can fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofs.checking import compiled
from proofs.sources import FOLDER, ordered, read

from .conftest import Proofs
from .mutated import MUTANTS


def test_every_file_with_theorems_has_a_mutant() -> None:
    with_theorems = {
        one.name for one in ordered() if any(kind in ("Theorem", "Corollary") for kind, _ in one.statements)
    }
    assert with_theorems - {file for file, _, _ in MUTANTS} == {"forms"}  # auxiliary, used by perturbation


@pytest.mark.parametrize(("file", "old", "new"), MUTANTS, ids=[f"{i}-{file}" for i, (file, _, _) in enumerate(MUTANTS)])
def test_a_mutated_statement_is_rejected(file: str, old: str, new: str, proofs: Proofs, tmp_path: Path) -> None:
    text = (FOLDER / f"{file}.v").read_text(encoding="utf-8")
    assert text.count(old) == 1
    for path in proofs.folder.glob("*.vo"):
        if path.stem != file:
            (tmp_path / path.name).symlink_to(path)
    shutil.copyfile(FOLDER / f"{file}.v", tmp_path / f"{file}.v")
    (tmp_path / f"{file}.v").write_text(text.replace(old, new), encoding="utf-8")
    error = compiled(read(tmp_path / f"{file}.v"), tmp_path).error
    assert error
    assert "Syntax error" not in error
    assert "Cannot find" not in error
