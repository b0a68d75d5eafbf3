"""Clues from the edges: scale, zero, rank, NaN, odd sizes, too few steps, a parameter without effect."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..converged import LAGGING
from ..evidence import Observation
from ..precision import limits
from ..response import measured
from .clue import Clue, View
from .matching import telling

#: What steps that are too few make of rounding, which they stretch as well.
NOISE = 0.1
#: Cases of widely spread singular values, beside the probes.
SPREAD = ("graded", "one-tiny", "clustered")


def scales(view: View) -> Iterator[Clue]:
    """Tell a floor under small norms from sums of squares that leave the range; limits, as ordinary norms work."""
    if not view.right_on_probes and view.wrong:
        return
    failed = {result.case: result.text for result in view.of("value.scale", "fail")}
    refused = {result.case: result.text for result in view.of("call.returns", "recorded") if "scale" in result.case}
    floors: list[tuple[Observation, str]] = []
    ranges: list[tuple[Observation, str]] = []
    for seen in view.evidence.flagged("scale"):
        if seen.case.id in refused:
            ranges.append((seen, refused[seen.case.id]))
        elif seen.case.id in failed and seen.answered:
            small = float(np.max(np.abs(seen.input))) < 1
            (floors if small and seen.finite and not _underflow(view, seen) else ranges).append(
                (seen, failed[seen.case.id])
            )
    for code, cases in (("EPS_FLOOR", floors), ("OVERFLOW", ranges)):
        if cases:
            seen, text = cases[-1] if code == "EPS_FLOOR" else cases[0]
            norm = float(np.max(seen.truth.factors.norms))
            told = text if (text and "not finite" in text) or "refused" in text else "the answer depends on the scale"
            yield Clue(code, "limit", 1.0, seen.case.id, f"at norm {norm:.1e}: {told} ({len(cases)} of the scales)")


def _underflow(view: View, seen: Observation) -> bool:
    """Whether the squares of the entries leave the dtype's range, so that no eps is needed to go wrong."""
    peak = float(np.max(np.abs(seen.input)))
    return peak**2 < limits(view.evidence.computing)[0] and view.evidence.dialect.eps == 0


def zeros(view: View) -> Iterator[Clue]:
    """NaN for zero."""
    for result in view.of("value.zero", "fail"):
        yield Clue("ZERO_NAN", "limit", 1.0, result.case, result.text)
        return


def ranks(view: View) -> Iterator[Clue]:
    """What becomes of the null space; a limit where the rest is wrong, too. Nothing where nothing was answered."""
    if not any(seen.finite for seen in view.evidence.plain):
        return
    failed = view.of("value.rank", "fail")
    if failed and (view.right_on_probes or not view.wrong):
        yield Clue("RANK_POLICY", "limit", 0.9, failed[0].case, f"also the active subspace is wrong: {failed[0].text}")
        return
    told = [result for result in view.of("value.rank", "pass", "inconclusive") if result.text]
    if told:
        yield Clue("RANK_POLICY", "note", 1.0, told[0].case, told[0].text)
    for result in view.of("call.returns", "recorded"):
        if result.case.startswith(("rank-", "zero")):
            yield Clue("RANK_POLICY", "note", 1.0, result.case, result.text)
            return


def nonfinite(view: View) -> Iterator[Clue]:
    """NaN and inf: hidden is an error, passed on or refused with another reason is a note."""
    if not any(seen.finite for seen in view.evidence.plain):
        return
    for result in view.of("value.nonfinite", "fail"):
        yield Clue("NONFINITE_ACCEPTED", "error", 1.0, result.case, result.text)
        return
    for result in view.of("value.nonfinite", "recorded"):
        yield Clue("NONFINITE_ACCEPTED", "note", 1.0, result.case, result.text)
        return
    for result in view.of("call.returns", "recorded"):
        if result.case in ("nan", "inf") and not any(word in result.text.lower() for word in ("nan", "inf", "finite")):
            yield Clue(
                "NONFINITE_ACCEPTED", "note", 0.8, result.case, f"the message blames something else: {result.text}"
            )
            return


def odd(view: View) -> Iterator[Clue]:
    """Odd sizes or a strided view wrong, all else right."""
    bad = {seen.case.id for seen in view.singles}
    if not bad or not view.right_on_probes:
        return
    strange = {
        seen.case.id
        for seen in view.evidence.observations
        if {"odd", "vector"} & seen.case.flags or seen.case.form in ("strided", "fortran")
    }
    uneven = {seen.case.id for seen in view.evidence.plain if any(side % 2 for side in seen.case.shape[:2])}
    if bad <= strange | uneven and bad & strange:
        case = next(iter(sorted(bad & strange)))
        only = "only a view is" if len(bad) == 1 and case == "padded" else f"{len(bad)} odd sizes or views are"
        yield Clue("PADDING_LEAK", "error", 0.85, case, f"{only} wrong, all others right")


def iterations(view: View) -> Iterator[Clue]:
    """Faithful, and far from converged; or declared exact, and small singular values lag behind."""
    if view.converged.status != "no":
        return
    if view.evidence.dialect.exact:
        yield from _lagging(view)
        return
    least = [(float(one.response[-1] / one.seen.truth.gains[0, 0]), one) for one in view.taken.found]
    if view.faithful.status == "no" or not least:
        return
    smallest, one = min(least, key=lambda pair: pair[0])
    text = f"the smallest response is {smallest:.3g}; {_needed(view)}"
    yield Clue("UNDER_ITERATED", "limit", 1.0, one.seen.case.id, text)


def _lagging(view: View) -> Iterator[Clue]:
    names = {fit.formula.coefficients for fit in view.taken.explained}
    if names and names.isdisjoint(("exact", "cubic", "quintic")):
        return  # then it has another name
    for seen in view.singles:
        if not seen.finite or not (telling(seen) or seen.case.id in SPREAD):
            continue
        one = measured(seen, view.evidence.dialect.convolution == "flat")
        p = one.response / seen.truth.gains[0, 0]
        arrived = abs(p[0] - 1) <= LAGGING and one.leakage <= NOISE
        if arrived and -NOISE < p[-1] < 1 - LAGGING and (np.diff(p) <= NOISE).all():
            text = f"right where s is large, {p[-1]:.3g} where it is {one.s[-1] / one.s[0]:.0e}; {_needed(view)}"
            yield Clue("UNDER_ITERATED", "error", 0.8, seen.case.id, text)
            return


def _needed(view: View) -> str:
    needed = view.converged.steps_needed
    return f"{needed} steps would do" if needed else "no number of steps would do"


def parameter(view: View) -> Iterator[Clue]:
    """The parameter for the number of steps has no effect, on matrices or on kernels."""
    evidence = view.evidence
    for seen in evidence.fewer_steps:
        answers = seen.outcome.values
        if len(answers) == 2 and np.array_equal(answers[0], answers[1]) and seen.finite:
            text = f"{evidence.steps_parameter} = 1 and {evidence.steps_parameter} = 2 give the same answer"
            yield Clue("STEPS_IGNORED", "error", 1.0, seen.case.id, text)
            return


FIRST = (parameter,)
RULES = (odd, iterations, scales, zeros, ranks, nonfinite)
