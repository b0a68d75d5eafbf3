"""Mistakes, dressed with the texts of their codes and sorted."""

from __future__ import annotations

from fire_ref.conformance.diagnosis.codes import CODES
from fire_ref.conformance.states.mistake import Mistake, dressed


def test_worst_and_surest_first_else_in_the_order_of_the_network() -> None:
    found = [
        Mistake("STALE_BATCHNORM", "bn", "e", "note"),
        Mistake("WRONG_GAIN", "a", "e", confidence=0.7),
        Mistake("UNDER_ITERATED", "b", "e", "limit"),
        Mistake("TIED_SPLIT", "c", "e"),
        Mistake("WRONG_TARGETS", "d", "e"),
    ]
    assert [one.tensor for one in dressed(found)] == ["c", "d", "a", "b", "bn"]


def test_what_a_dialect_implies_is_a_limit() -> None:
    found = dressed([Mistake("ZERO_NAN", "a", "e"), Mistake("NOOP", "b", "e")], frozenset({"ZERO_NAN"}))
    assert [(one.code, one.severity) for one in found] == [("NOOP", "error"), ("ZERO_NAN", "limit")]


def test_the_texts_are_those_of_the_code() -> None:
    (found,) = dressed([Mistake("TIED_SPLIT", "wte", "differs", confidence=0.5, case="wte[rows 0:4]")])
    told = CODES["TIED_SPLIT"]
    assert (found.explanation, found.hint, found.reference) == (told.explanation, told.hint, told.reference)
    assert (found.tensor, found.evidence, found.confidence, found.case) == ("wte", "differs", 0.5, "wte[rows 0:4]")
