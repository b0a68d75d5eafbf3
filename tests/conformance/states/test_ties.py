"""Tied before, tied after; which name speaks where they are not."""

from __future__ import annotations

import numpy as np

from fire_ref.conformance.states.networks import networks
from fire_ref.conformance.states.ties import split, spokesman

A, B = "transformer.wte.weight", "lm_head.weight"
W, V = np.eye(3), 2 * np.eye(3)


def made(one: np.ndarray, other: np.ndarray, *, shared: bool = False):
    before = {A: W, B: W if shared else W.copy()}
    return networks("f", before, {A: one, B: other}, "gpt", None, None)


def test_a_tie_holds_by_value() -> None:
    assert split(made(V, V.copy()), [B, A]) == []
    (found,) = split(made(V, W.copy()), [A, B])
    assert (found.code, found.severity, found.tensor) == ("TIED_SPLIT", "error", B)


def test_one_memory_before_and_two_after_is_a_note() -> None:
    (found,) = split(made(V, V.copy(), shared=True), [B, A])
    assert (found.code, found.severity) == ("TIED_SPLIT", "note")
    assert split(made(V, V, shared=True), [B, A]) == []


def test_the_one_that_moved_speaks() -> None:
    assert spokesman(made(V, W.copy()), [B, A]) == A
    assert spokesman(made(W.copy(), V), [B, A]) == B
    assert spokesman(made(V, V), [B, A]) == B
    assert spokesman(made(W.copy(), W.copy()), [B, A]) == B
