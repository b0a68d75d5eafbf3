"""Each mistake that the call itself names, made once."""

from __future__ import annotations

from typing import Any

import numpy as np

import fire_ref
from fire_ref.conformance.checks import run
from fire_ref.conformance.diagnosis.call import beside, direct
from fire_ref.conformance.diagnosis.clue import View
from fire_ref.conformance.fingerprint import take
from fire_ref.conformance.record import Verdict

from ..mutants import Array, Mutant, ns
from ..observed import evidence, observation
from .naming import named, of_codes

CODES = (
    "RAISED",
    "EXITED",
    "TYPE_CHANGED",
    "SHAPE_CHANGED",
    "DTYPE_CHANGED",
    "INPUT_MUTATED",
    "OUTPUT_ALIASED",
    "NONDETERMINISTIC",
    "PRINTED",
    "STATE_CHANGED",
)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)


def seen_with(**outcome: Any) -> View:
    """One case whose call had this outcome."""
    W = np.eye(3)
    found = evidence(observation(W, W, "probe", **outcome))
    return View(found, run(found), take(found, "1"), Verdict("yes"), Verdict("yes"))


def test_two_mistakes_are_both_named() -> None:
    def both(W: Array) -> Array:
        W[0, 0] += 1
        return ns(W, 9).astype(np.float64)

    report = fire_ref.verify(both, quick=True)
    assert {"INPUT_MUTATED", "DTYPE_CHANGED"} <= {one.code for one in report.diagnoses}


def test_what_hangs_or_dies_is_named_and_the_rest_is_judged() -> None:
    for name, code in (("hangs_on_square", "HUNG"), ("dies_on_square", "CRASHED"), ("leaves_on_square", "EXITED")):
        report = fire_ref.verify(f"{__package__}.hostile:{name}", quick=True, timeout=2.0)
        assert report.diagnoses[0].code == code
        judged = {one.case for one in report.results if one.check == "value.faithful" and one.status == "pass"}
        assert {"probe-tall", "probe-wide"} <= judged
        assert not report.passed


def test_a_device_that_changes_is_named() -> None:
    view = seen_with(own_device=False, device="cuda:0")
    assert [clue.code for clue in direct(view)] == ["DEVICE_CHANGED"]


def test_a_changed_bias_is_named() -> None:
    view = seen_with(extra_changed=("bias",))
    clues = list(beside(view))
    assert [(clue.code, clue.evidence) for clue in clues] == [("NON_WEIGHT_CHANGED", "bias")]
    assert not list(beside(seen_with()))
