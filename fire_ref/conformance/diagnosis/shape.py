"""Clues from which matrices go wrong: wide ones, square ones, ill-conditioned ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..evidence import Observation
from ..response import CALM
from .clue import Clue, View
from .matching import match, telling


def shapes(view: View) -> Iterator[Clue]:
    """Try one after the other."""
    if not view.wrong:
        return
    for look in (transposed, wide, squared):
        clue = look(view)
        if clue is not None:
            yield clue
            return


def transposed(view: View) -> Clue | None:
    """The transpose is right: of the answer where its shape is turned, or of a square one."""
    for seen in view.evidence.observations:
        if not telling(seen) or not seen.outcome.values or seen.given.ndim != 2:
            continue
        answer = np.asarray(seen.outcome.values[0], dtype=np.float64)
        turned = answer.shape == seen.given.shape[::-1] and (answer.shape != seen.given.shape or seen in view.singles)
        if not turned or min(answer.shape) < 2 or not np.isfinite(answer).all():
            continue
        found = match(answer.T, seen.truth.value, view.eps)
        if found:
            return Clue("TRANSPOSE_MISSING", "error", 0.95, seen.case.id, "the transpose of the answer is right")
    return None


def wide(view: View) -> Clue | None:
    """Tall and square matrices are right, wide ones are not."""
    bad = {seen.case.id for seen in view.singles}
    shaped = {name: [seen for seen in view.evidence.plain if _shape(seen) == name] for name in ("wide", "tall")}
    calm = [seen for seen in shaped["tall"] if seen.case.id in CALM or "half" in seen.case.flags]
    if not shaped["wide"] or not calm:
        return None
    answered = all(seen.outcome.values for seen in shaped["wide"])
    if not answered or not bad.issuperset(seen.case.id for seen in shaped["wide"]):
        return None
    if any(seen.case.id in bad for seen in calm):
        return None
    case = shaped["wide"][0].case.id
    if all(seen.answered and np.array_equal(seen.answer, seen.input) for seen in shaped["wide"]):
        return Clue("SKIPPED_SILENTLY", "error", 1.0, case, "wide matrices come back as they were")
    return Clue("TRANSPOSE_MISSING", "error", 0.8, case, "every wide case is wrong, tall ones are right")


def squared(view: View) -> Clue | None:
    """What is well-conditioned is right, what is not is not: worse than a stable algorithm would be."""
    bad = {seen.case.id for seen in view.singles}
    calm = [seen for seen in view.evidence.plain if seen.case.id in CALM]
    found = [one for one in view.taken.found if one.seen.case.id in bad and one not in view.taken.calm]
    if not calm or not found or any(seen.case.id in bad for seen in calm):
        return None
    worst = max(found, key=lambda one: one.leakage)
    text = f"right at a condition of 5, leakage {worst.leakage:.1e} at {worst.s[0] / worst.s[-1]:.0e}"
    return Clue("CONDITION_SQUARED", "error", 0.7, worst.seen.case.id, text)


def _shape(seen: Observation) -> str:
    m, n = seen.truth.factors.matrices.shape[-2:]
    if min(m, n) < 2:
        return "vector"
    return "tall" if m > n else "wide" if m < n else "square"


RULES = (shapes,)
