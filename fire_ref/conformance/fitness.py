"""Which dialects fit: every one that a target could have declared and been found faithful to."""

from __future__ import annotations

from .converged import converged
from .dialect import Dialect, dialects_at
from .evidence import Evidence, Observation, allowed
from .faithful import judge
from .fingerprint import Taken
from .gain import DECLARED
from .hypotheses import declared


def fitting(evidence: Evidence, taken: Taken) -> tuple[str, ...]:
    """
    Judge the plain valid cases against every dialect of the level.

    Parameters
    ----------
    evidence : Evidence
        What was seen.
    taken : Taken
        For the precision that the target shows.

    Returns
    -------
    tuple of str
        Names: the declared one first, then in the order of `DIALECTS`. Nothing fits what is conclusive nowhere.
    """
    names = [dialect.name for dialect in dialects_at(evidence.level) if _fits(evidence, taken, dialect)]
    return tuple(sorted(names, key=lambda name: name != evidence.dialect.name))


def _fits(evidence: Evidence, taken: Taken, dialect: Dialect) -> bool:
    if not _comparable(evidence.dialect, dialect, evidence.level):
        return False
    computing = allowed(evidence.setup.dtype, dialect, taken.precision)
    formula, gain = declared(dialect), DECLARED[dialect.gain] if evidence.level == "weight" else "1"
    # Another dialect must fit the fingerprint, too: in half precision the bounds are wide, and it tells more.
    other = dialect.name != evidence.dialect.name
    if other and taken.found and not any(fit.formula == formula and fit.gain == gain for fit in taken.explained):
        return False
    conclusive = 0
    cases = [*evidence.plain, *(seen for seen in evidence.flagged("conv") if seen.case.verdict == "valid")]
    for seen in sorted(cases, key=lambda seen: "probe" not in seen.case.flags):
        status = _status(seen, dialect, computing) if seen.finite else "fail"
        if status == "fail":
            return False
        conclusive += status == "pass"
    return conclusive > 0


def _comparable(declared: Dialect, other: Dialect, level: str) -> bool:
    """Whether the cases of one dialect mean the same to the other: at level weight, the same layouts."""
    return level == "matrix" or dict(declared.layouts) == dict(other.layouts)


def _status(seen: Observation, dialect: Dialect, computing: str) -> str:
    if dialect.exact:
        return converged(Observation(seen.case, seen.given, seen.outcome, dialect, seen.level), computing).status
    return judge(seen, dialect, computing).status
