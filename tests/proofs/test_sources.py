"""Reading the proof files: statements, order, and words that no proof may hold."""

from __future__ import annotations

from graphlib import CycleError
from pathlib import Path

import pytest

from proofs.sources import ordered, read, told, without_comments

HEAD = "From mathcomp Require Import all_ssreflect.\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.v").write_text(HEAD + text, encoding="utf-8")
    return folder


def test_statements_are_read_in_order_and_comments_are_not(tmp_path: Path) -> None:
    text = "Lemma one : True. Proof. by []. Qed.\n(* Theorem no : False. (* nested *) *)\nTheorem two' : True.\n"
    found = read(write(tmp_path, a=text) / "a.v")
    assert found.statements == (("Lemma", "one"), ("Theorem", "two'"))
    assert found.name == "a"


def test_files_come_after_what_they_need(tmp_path: Path) -> None:
    write(tmp_path, a="From fire Require Import c b.\n", b="From fire Require Import c.\n", c="")
    assert [one.name for one in ordered(tmp_path)] == ["c", "b", "a"]


def test_what_is_missing_or_circular_is_told(tmp_path: Path) -> None:
    write(tmp_path, a="From fire Require Import b.\n")
    with pytest.raises(ValueError, match=r"a\.v needs b\.v"):
        ordered(tmp_path)
    write(tmp_path, b="From fire Require Import a.\n")
    with pytest.raises(CycleError):
        ordered(tmp_path)


@pytest.mark.parametrize("word", ["Admitted", "admit", "Axiom", "Axioms", "Parameter", "Conjecture", "give_up"])
def test_words_that_make_a_proof_none_are_found(word: str, tmp_path: Path) -> None:
    assert read(write(tmp_path, a=f"Lemma x : True. {word}.") / "a.v").forbidden == (word,)
    assert not read(write(tmp_path, a=f"(* {word} *)") / "a.v").forbidden


def test_an_unclosed_comment_hides_the_rest() -> None:
    assert without_comments("a (* b") == "a "
    assert without_comments("a *) b") == "a *) b"


def test_the_proofs_themselves_hold_no_such_word_and_each_name_is_used_once() -> None:
    sources = ordered()
    assert len(sources) >= 15
    assert [one.name for one in sources if one.forbidden] == []
    names = [name for file, _, name in told(sources)]
    for one in sources:
        own = [name for _, name in one.statements]
        assert len(own) == len(set(own)), one.name
    assert len(names) > 200
