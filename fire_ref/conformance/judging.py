"""From everything that was seen to every conclusion: results, verdicts, diagnoses, fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .case import Case
from .checks import Check, run
from .converged import steps_for
from .diagnosis.clue import View
from .diagnosis.diagnose import diagnose
from .evidence import Evidence, Observation
from .faithful import verdict
from .fingerprint import Taken, published
from .fitness import fitting
from .record import Findings, Result, Verdict

#: Conclusive cases that a verdict of "yes" takes, where there are as many.
LEAST = 8


def judged(
    evidence: Evidence, taken: Taken, checks: tuple[Check, ...], name: str, versions: Mapping[str, str]
) -> Findings:
    """
    Draw every conclusion from what was seen.

    Parameters
    ----------
    evidence : Evidence
        With the precision that was measured.
    taken : Taken
        The fingerprint.
    checks : tuple of Check
        From `chosen`.
    name : str
        Of the target.
    versions : mapping
        For the record.

    Returns
    -------
    Findings
    """
    results = run(evidence, checks)
    faithful, converged = verdicts(evidence, results)
    diagnoses = diagnose(View(evidence, results, taken, faithful, converged))
    passed = faithful.status == "yes" and not any(found.severity == "error" for found in diagnoses)
    setup = evidence.setup
    return Findings(
        name,
        evidence.dialect.name,
        evidence.level,
        setup.arrays,
        setup.dtype,
        dict(versions),
        passed,
        faithful,
        converged,
        results,
        diagnoses,
        fitting(evidence, taken),
        published(taken),
        {seen.case.id: _told(seen.case) for seen in evidence.observations},
        device=next((seen.outcome.given_device for seen in evidence.observations if seen.outcome.given_device), ""),
    )


def verdicts(evidence: Evidence, results: tuple[Result, ...]) -> tuple[Verdict, Verdict]:
    """
    Sum the results up to the two verdicts.

    Parameters
    ----------
    evidence : Evidence
        What was seen.
    results : tuple of Result
        Of all checks.

    Returns
    -------
    faithful, converged : Verdict
        For the exact dialect they are the same.
    """
    results_of = [result for result in results if result.check == "value.converged"]
    converged = _or_none(results_of)
    if converged.status == "no":
        failing = [evidence[result.case] for result in results_of if result.status == "fail"]
        converged = replace(converged, steps_needed=_enough(evidence, [seen for seen in failing if seen is not None]))
    faithful = [result for result in results if result.check == "value.faithful"]
    return (converged if evidence.dialect.exact else _or_none(faithful)), converged


def _enough(evidence: Evidence, failing: Sequence[Observation]) -> int | None:
    """Count the steps that would converge on every failing case; None where no number of them would."""
    needed = [steps_for(seen, evidence.dialect, evidence.computing) for seen in failing]
    known = [steps for steps in needed if steps is not None]
    return max(known) if known and len(known) == len(needed) else None


def _or_none(results: list[Result]) -> Verdict:
    if not results:
        return Verdict("not-applicable", reason="The check was not run.")
    return verdict(results, min(LEAST, len(results)))


def _told(case: Case) -> str:
    return f"{' x '.join(map(str, case.shape))} {case.dtype}: {case.text}"
