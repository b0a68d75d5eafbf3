"""The check itself: what is not proved, or rests on an axiom, is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofs import checking
from proofs.checking import APT, CLOSED, PACKAGES, assumptions, compiled, everything
from proofs.sources import ordered

GOOD = "Theorem one_plus_one : 1 + 1 = 2. Proof. reflexivity. Qed.\n"


def source(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.v").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("rocq")
def test_a_proof_is_closed_and_one_with_an_axiom_is_not(tmp_path: Path) -> None:
    given = source(tmp_path / "given", "good", GOOD)
    source(given, "bad", "Axiom lie : False.\nTheorem anything : 1 = 2. Proof. destruct lie. Qed.\n")
    source(given, "lazy", "Theorem later : 1 = 2. Admitted.\n")
    files = everything(ordered(given), tmp_path)
    assert {one.source.name: one.error for one in files} == {"good": "", "bad": "holds Axiom", "lazy": "holds Admitted"}
    found = assumptions([one.source for one in files], tmp_path)
    assert found["good", "one_plus_one"] == CLOSED
    assert "lie : False" in found["bad", "anything"]
    assert "later : 1 = 2" in found["lazy", "later"]


@pytest.mark.usefixtures("rocq")
def test_what_does_not_compile_is_told_and_so_is_all_that_needs_it(tmp_path: Path) -> None:
    given = source(tmp_path / "given", "wrong", "Theorem no : 1 + 1 = 3. Proof. reflexivity. Qed.\n")
    source(given, "user", "From fire Require Import wrong.\n" + GOOD)
    wrong, user = everything(ordered(given), tmp_path)
    assert "Unable to unify" in wrong.error
    assert user.error


@pytest.mark.usefixtures("rocq")
def test_a_statement_that_rocq_does_not_know_is_an_error(tmp_path: Path) -> None:
    given = source(tmp_path / "given", "shy", "Section S.\nLet hidden := 1.\nEnd S.\n" + GOOD)
    (one,) = everything(ordered(given), tmp_path)
    source(given, "shy", GOOD + "Lemma unheard : True.\n")
    (renamed,) = ordered(given)
    assert not one.error
    with pytest.raises(RuntimeError, match="unheard"):
        assumptions([renamed], tmp_path)


@pytest.mark.usefixtures("rocq")
def test_a_proof_that_hangs_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LIMIT", 1)
    given = source(tmp_path / "given", "slow", "Theorem t : True. Proof. repeat (idtac; try exact I || idtac).\n")
    source(
        given, "slow", "Fixpoint f n := match n with 0 => 0 | S m => f m + f m end.\n" + "Eval vm_compute in f 60.\n"
    )
    assert "took more than 1 s" in compiled(ordered(given)[0], tmp_path).error


def test_without_rocq_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from proofs.__main__ import main

    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main([]) == 2
    told = capsys.readouterr().err
    assert APT in told
    assert all(package in told for package in PACKAGES)
