"""All rules, in the order in which their conclusions are believed, and the text of what they conclude."""

from __future__ import annotations

from ..record import SEVERITIES, Diagnosis
from . import call, edges, factor, formula, shape, stacks
from .clue import Clue, View
from .codes import CODES

RULES = (*edges.FIRST, *formula.RULES, *factor.RULES, *shape.RULES, *stacks.RULES, *edges.RULES, *call.RULES)
#: Errors that explain no value: whatever they are, something else may be wrong as well.
BESIDE = frozenset(code for _, code, _ in call.DIRECT) | {
    "INPUT_MUTATED",
    "NONFINITE_ACCEPTED",
    "STEPS_IGNORED",
    "NON_WEIGHT_CHANGED",
}
#: Named after all others of their severity.
LATE = ("CONDITION_SQUARED", "NONFINITE_ACCEPTED")


def diagnose(view: View) -> tuple[Diagnosis, ...]:
    """
    Apply every rule.

    Parameters
    ----------
    view : View
        What was seen and judged.

    Returns
    -------
    tuple of Diagnosis
        Worst and surest first; what the dialect has by specification is a limit. If it is not faithful and no rule
        says why, UNEXPLAINED.
    """
    clues: dict[str, Clue] = {}
    for rule in RULES:
        for clue in rule(view):
            known = clues.get(clue.code)
            if known is None or _weight(clue) < _weight(known):
                clues[clue.code] = clue
    listed = view.evidence.dialect.known_codes
    found = [clue._replace(severity=_lowered(clue, listed)) for clue in clues.values()]
    if (
        view.wrong
        and _answered_wrong(view)
        and not any(clue.severity == "error" and clue.code not in BESIDE for clue in found)
    ):
        text = f"{view.faithful.reason} Worst {view.faithful.worst or 0:.3g} times its bound"
        found.append(Clue("UNEXPLAINED", "error", 0.5, view.faithful.case, text))
    order = {clue.code: place for place, clue in enumerate(found)}
    found.sort(
        key=lambda clue: (SEVERITIES.index(clue.severity), clue.code in LATE, -clue.confidence, order[clue.code])
    )
    return tuple(_dressed(clue) for clue in found)


def _weight(clue: Clue) -> tuple[int, float]:
    return SEVERITIES.index(clue.severity), -clue.confidence


def _answered_wrong(view: View) -> bool:
    """Whether some case has a wrong answer, and not only none."""
    checks = ("value.faithful", "value.converged", "value.finite", "call.shape")
    return any(view.of(check, "fail") for check in checks) or view.evidence.dialect.exact


def _lowered(clue: Clue, listed: frozenset[str]) -> str:
    return "limit" if clue.code in listed and clue.severity == "error" else clue.severity


def _dressed(clue: Clue) -> Diagnosis:
    text = CODES[clue.code]
    return Diagnosis(
        clue.code,
        clue.severity,
        clue.confidence,
        clue.case,
        "",
        clue.evidence,
        text.explanation,
        text.hint,
        text.reference,
    )
