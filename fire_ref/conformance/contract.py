"""Checks on the call: does it return, what, and what does it leave behind? No reference is needed."""

from __future__ import annotations

import numpy as np

from ..tolerances import EPS
from .evidence import Evidence, Observation
from .outcomes import PASS, Finding, failed, recorded
from .precision import coarser, widened

#: Flags of cases that a target may refuse.
_REFUSABLE = {"scale", "rank", "zero", "nonfinite", "purity"}


def returns(evidence: Evidence, seen: Observation) -> Finding:
    """Check that there is an answer; a raised exception is a fair one to some inputs."""
    outcome, case = seen.outcome, seen.case
    if outcome.status == "returned":
        return PASS
    may = bool(_REFUSABLE & case.flags) or ("stack" in case.flags and evidence.level == "matrix")
    if outcome.status == "raised" and may:
        return recorded(f"refused: {outcome.error}", stops=True)
    return failed(f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status)


def type_(_: Evidence, seen: Observation) -> Finding:
    """Check that the answer is an array of the library that was given."""
    if seen.outcome.own_type and seen.outcome.values:
        return PASS
    why = f": {seen.outcome.error}" if seen.outcome.error else ""
    return failed(f"{seen.outcome.type_name or 'no array'} came back{why}")


def shape(evidence: Evidence, seen: Observation) -> Finding:
    """Check the answer's shape; what a matrix function makes of a stack is only recorded."""
    if seen.answered:
        return PASS
    if not seen.outcome.values:
        return recorded("no array came back", stops=True)
    text = f"{seen.outcome.shape} for {seen.given.shape}"
    if "purity" in seen.case.flags or ("stack" in seen.case.flags and evidence.level == "matrix"):
        return recorded(text, stops=True)
    return failed(text)


def dtype(_: Evidence, seen: Observation) -> Finding | None:
    """Check the answer's dtype."""
    if "purity" in seen.case.flags:
        return None
    if seen.outcome.dtype == seen.case.dtype:
        return PASS
    return failed(f"{seen.outcome.dtype} for {seen.case.dtype}")


def device(_: Evidence, seen: Observation) -> Finding:
    """Check the answer's device."""
    return PASS if seen.outcome.own_device else failed(f"on {seen.outcome.device}")


def pure(evidence: Evidence, seen: Observation) -> Finding | None:
    """Check that the argument was not written to."""
    if evidence.setup.in_place:
        return None
    return failed(f"the {seen.case.dtype} argument was written to") if seen.outcome.changed_input else PASS


def silent(_: Evidence, seen: Observation) -> Finding:
    """Check that nothing was printed."""
    return failed(f"printed {seen.outcome.printed.strip()[:80]!r}") if seen.outcome.printed.strip() else PASS


def state(_: Evidence, seen: Observation) -> Finding:
    """Check that the process was left as it was."""
    return failed(", ".join(seen.outcome.state)) if seen.outcome.state else PASS


def repeatable(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare the answers of several calls on the same values; what differs by rounding only is recorded."""
    answers = [widened(answer) for answer in seen.outcome.values]
    if len(answers) < 2:
        return None
    apart = max(float(np.max(np.abs(answer - answers[0]), initial=0.0)) for answer in answers)
    if not apart > 0:
        return PASS
    size = float(np.max(np.abs(answers[0])))
    # Threads may add in another order: an error of that size is stretched as rounding is.
    room = EPS[coarser(evidence.setup.dtype, None)] * seen.truth.amplification * 2
    if apart <= room * size:
        return recorded(f"answers differ by {apart / size:.1e}")
    return Finding("fail", apart / size, room, f"three calls differ by {apart / size:.1e}")


def fresh(_: Evidence, seen: Observation) -> Finding | None:
    """Check that the first answer outlived a later call."""
    if "probe" not in seen.case.flags:
        return None
    return failed() if seen.outcome.aliased else PASS
