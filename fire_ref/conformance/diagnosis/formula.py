"""Clues from the fingerprint: the answer is a function of the singular values, but not the declared one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..evidence import Observation
from ..fingerprint import USUAL_FLOOR
from ..fitting import Fit, fits
from ..hypotheses import Formula
from ..precision import DTYPES
from ..response import CALM, Measured, measured
from .clue import Clue, View
from .descent import setting, within
from .unlisted import mistyped, normed, padded, twice

#: How much a differing part weighs when the explanation nearest to the declared one is looked for.
WEIGHTS = {"coefficients": 4, "normalization": 2, "steps": 2, "gain": 1}
#: What is fitted where no explanation is, and what it is then called.
UNLISTED = (
    (padded, "EPS_FLOOR"),
    (normed, "NORMALISATION_KIND"),
    (twice, "WRONG_STEPS"),
    (mistyped, "COEFFICIENT_TYPO"),
)
LAYOUTS = {("sqrt(o/i)", "sqrt(i/o)"), ("sqrt(i/o)", "sqrt(o/i)"), ("sqrt(max(1, o/i))", "sqrt(max(1, i/o))")}


def formulas(view: View) -> Iterator[Clue]:
    """Compare the explanations with the declaration; the nearest one names the mistakes."""
    taken = view.taken
    same = [one for one in taken.found if np.array_equal(one.seen.answer, one.seen.input)]
    if same and len(same) == len(taken.found) and view.wrong:
        yield Clue("NOOP", "error", 1.0, same[0].seen.case.id, "the answer is W itself")
        return
    if not taken.rounding or not view.wrong:
        return
    if right(view):
        yield from _floored(view)
    elif taken.explained:
        # What has converged is explained by many numbers of steps, none of them better than none.
        least = min(fit.residual for fit in taken.explained)
        near = [fit for fit in taken.explained if fit.residual <= 1.5 * least + 0.05]
        exact = [fit for fit in near if fit.formula.coefficients == "exact" and fit.gain]
        yield from _differences(view, min(exact or taken.explained, key=lambda fit: (_apart(view, fit), fit.residual)))
    else:
        yield from _unexplained(view)


def right(view: View) -> bool:
    """Whether the declared formula with the declared gain is among the explanations."""
    taken = view.taken
    return any(fit.formula == taken.formula and fit.gain == taken.gain for fit in taken.explained)


def _parts(view: View, fit: Fit) -> dict[str, tuple[object, object]]:
    told, seen = view.taken.formula, fit.formula
    pairs = {
        "coefficients": (told.coefficients, seen.coefficients),
        "steps": (told.steps, seen.steps),
        "normalization": (told.normalization, seen.normalization),
        "gain": (view.taken.gain, fit.gain),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _apart(view: View, fit: Fit) -> int:
    return sum(WEIGHTS[name] for name in _parts(view, fit))


def _differences(view: View, fit: Fit) -> Iterator[Clue]:
    case, sure = view.taken.calm[0].seen.case.id, _sure(view, fit)
    seen, told = fit.formula, view.taken.formula
    shown = describe(seen, fit.gain)
    if seen.coefficients == "linear":
        yield Clue("NOOP", "error", 1.0, case, f"the answer is W times {', '.join(f'{c:.3g}' for c in fit.factors)}")
        return
    if seen.coefficients == "inverse":
        yield Clue("GRAM_INVERSE", "error", sure, case, "the response is 1/s")
        return
    if told.coefficients == "exact":
        yield from _not_exact(view, fit, shown, case)
    elif seen.coefficients == "exact":
        yield Clue("WRONG_STEPS", "error", sure, case, f"converged to the polar factor; declared k = {told.steps}")
    else:
        if seen.coefficients != told.coefficients:
            yield Clue("COEFFICIENT_TYPO", "error", sure, case, f"{shown}; declared {describe(told, view.taken.gain)}")
        if seen.steps != told.steps:
            yield Clue("WRONG_STEPS", "error", sure, case, f"k = {seen.steps}; declared k = {told.steps}")
        if seen.normalization != told.normalization:
            code = "NO_NORMALISATION" if seen.normalization == "none" else "NORMALISATION_KIND"
            yield Clue(code, "error", sure, case, f"{seen.normalization}; declared {told.normalization}")
    if fit.gain != view.taken.gain:
        yield _gain(view, fit, case, sure)


def _not_exact(view: View, fit: Fit, shown: str, case: str) -> Iterator[Clue]:
    if fit.formula.coefficients == "exact":
        return
    if fit.formula.coefficients in ("cubic", "quintic"):
        needed = view.converged.steps_needed
        more = f"; {needed} steps would do" if needed else ""
        yield Clue("UNDER_ITERATED", "error", 1.0, case, f"{shown}{more}")
    elif any(
        seen.case.id in CALM and not _is_wide(seen) for seen in view.singles
    ):  # what never converges is wrong there
        yield Clue("COEFFICIENT_TYPO", "error", 0.9, case, f"{shown}, which does not converge")
    if fit.formula.normalization == "none":
        yield Clue("NO_NORMALISATION", "error", 0.9, case, shown)


def _is_wide(seen: Observation) -> bool:
    rows, columns = seen.truth.factors.matrices.shape[-2:]
    return bool(rows < columns)


def _gain(view: View, fit: Fit, case: str, sure: float) -> Clue:
    told, factors = view.taken.gain, ", ".join(f"{c:.4g}" for c in fit.factors)
    if min(fit.factors) < 0:
        which = "all" if max(fit.factors) < 0 else "some"
        return Clue("SIGN_FLIPPED", "error", 0.9, case, f"{which} answers are negated: factors {factors}")
    if (told, fit.gain) in LAYOUTS:
        return Clue("LAYOUT_IN_OUT", "error", sure, case, f"gain {fit.gain}; declared {told}")
    name = fit.gain or f"{factors} on the probes, by no known rule"
    return Clue("WRONG_GAIN", "error", sure if fit.gain else 0.6, case, f"gain {name}; declared {told}")


def _sure(view: View, fit: Fit) -> float:
    nearest = _apart(view, fit)
    rivals = sum(_apart(view, other) <= nearest for other in view.taken.explained)
    return max(0.3, 1.0 / rivals)


def describe(formula: Formula, gain: str) -> str:
    """Put a formula into words."""
    if formula.steps is None:
        return f"{formula.coefficients}, gain {gain or '?'}"
    return f"{formula.coefficients}, k = {formula.steps}, {formula.normalization}, gain {gain or '?'}"


def _unexplained(view: View) -> Iterator[Clue]:
    """Look for what no hypothesis lists: mirrored signs, another norm, a large eps, a typing error, a second call."""
    eps, case = view.eps, view.taken.calm[0].seen.case.id
    flipped = signs(view, eps)
    if flipped is not None:
        yield flipped
        return
    if view.evidence.dialect.exact:
        return
    # First as declared, then with room for what is usually added to the norm.
    for floor in dict.fromkeys((view.evidence.dialect.eps, max(view.evidence.dialect.eps, USUAL_FLOOR))):
        told = setting(view, eps, floor)
        for rule, code in UNLISTED:
            text = rule(told)
            if text:
                yield Clue(code, "error", 0.9, case, text)
                return


def _floored(view: View) -> Iterator[Clue]:
    """The declared formula, but for a constant beside the norm that is small enough to be overlooked in float32."""
    dialect = view.evidence.dialect
    if not dialect.exact and dialect.eps < USUAL_FLOOR:
        told = setting(view, view.eps, dialect.eps)
        text = "" if within(told.misfit()) else padded(told)
        if text:
            yield Clue("EPS_FLOOR", "error", 0.9, view.taken.calm[0].seen.case.id, text)


def signs(view: View, eps: float) -> Clue | None:
    """Find a response that is right up to the sign of its smallest value."""
    found = list(view.taken.calm)
    flipped = [one for one in found if one.response[-1] < 0 and (one.response[:-1] > 0).all()]
    if not flipped:
        return None
    mirrored = [_mirrored(one) if one in flipped else one for one in found]
    again = fits(mirrored, eps, floor=view.evidence.dialect.eps)
    if not any(fit.within and fit.formula == view.taken.formula for fit in again):
        return None
    square = [one for one in found if one.shape[0] == one.shape[1]]
    forced = len(flipped) < len(found) and all(one in square for one in flipped)
    code = "DET_FORCED" if forced else "SIGN_FLIPPED"
    names = ", ".join(one.seen.case.id for one in flipped)
    return Clue(code, "error", 0.9, flipped[0].seen.case.id, f"the smallest singular value becomes negative in {names}")


def _mirrored(one: Measured) -> Measured:
    response = one.response.copy()
    response[-1] = -response[-1]
    return Measured(one.seen, one.shape, one.s, one.norm, response, one.noise, one.leakage)


def downcast(view: View) -> Iterator[Clue]:
    """Name a precision below the declared one, as well-conditioned matrices show it."""
    computed, dtype = view.taken.precision, view.evidence.setup.dtype
    if not computed or DTYPES.index(computed) <= DTYPES.index(dtype):
        return
    calm = next((seen for seen in view.evidence.plain if seen.case.id in CALM and seen.finite), None)
    if calm is not None and (view.taken.explained or not view.wrong):  # noise around some formula
        leak = measured(calm, view.evidence.dialect.convolution == "flat").leakage
        text = f"leakage {leak:.1e} at a condition of 5: it computes in {computed}, not {dtype}"
        yield Clue("DTYPE_DOWNCAST", "error", 0.9, calm.case.id, text)


RULES = (formulas, downcast)
