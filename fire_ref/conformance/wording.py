"""What a verification found, in plain words: the same ones for the terminal, the page and `str`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .record import STATUSES, Diagnosis, Findings, Result, Timing, Verdict

#: A sign beside every word that has a colour: not everybody sees colours.
SYMBOLS: Mapping[str, str] = {
    "yes": "✓",
    "no": "✗",
    "inconclusive": "?",
    "not-applicable": "-",
    "pass": "✓",
    "fail": "✗",
    "skipped": "-",
    "recorded": "·",
    "error": "✗",
    "limit": "!",
    "note": "·",
}
#: How many diagnoses of one code are told one by one; the JSON has all.
SHOWN: Mapping[str, int] = {"error": 20, "limit": 3, "note": 3}
#: The order in which results are read: what failed first.
URGENT = ("fail", "inconclusive", "recorded", "skipped", "pass")


class Line(NamedTuple):
    """
    A verdict to be shown.

    Attributes
    ----------
    question, answer : str
        In plain words; the answer is one or two of them.
    status : str
        The verdict's own.
    tone : {"good", "bad", "doubt", "quiet"}
        What its colour should say.
    text : str
        Reason, worst case and steps needed; "" if there is nothing to say.
    """

    question: str
    answer: str
    status: str
    tone: str
    text: str


def one_line(text: object) -> str:
    """
    Put foreign text on one line, without what moves a cursor.

    Parameters
    ----------
    text : object
        From a target, or about it.

    Returns
    -------
    str

    Examples
    --------
    >>> one_line("two\\nlines\\x1b[2J")
    'two lines?[2J'
    """
    return "".join(c if c.isprintable() else "?" for c in " ".join(str(text).split()))


def number(value: float | None) -> str:
    """
    Write a number of a record.

    Parameters
    ----------
    value : float or None
        None where nothing was measured.

    Returns
    -------
    str

    Examples
    --------
    >>> number(0.00012345), number(float("inf")), number(None)
    ('0.000123', 'inf', '-')
    """
    return "-" if value is None else f"{value:.3g}"


def headline(found: Findings) -> str:
    """Return "passed" or "not passed", and at what."""
    return f"{'passed' if found.passed else 'not passed'}: {one_line(found.target)} as {declared(found)}"


def declared(found: Findings) -> str:
    """Name what was declared: a dialect, or a recipe whose rules say what is computed."""
    return one_line(found.dialect) if found.dialect.startswith("recipe ") else f"dialect {one_line(found.dialect)}"


def folded(found: Sequence[Diagnosis]) -> list[tuple[Diagnosis, int]]:
    """
    Choose the diagnoses that are shown where a network has many of one kind.

    Parameters
    ----------
    found : sequence of Diagnosis
        All of them, in their order.

    Returns
    -------
    list of (Diagnosis, int)
        At most `SHOWN` of each code and severity; beside the last of them how many more there are.
    """
    groups: dict[tuple[str, str], list[Diagnosis]] = {}
    for one in found:
        groups.setdefault((one.severity, one.code), []).append(one)
    shown = []
    for (severity, _), group in groups.items():
        most = SHOWN[severity]
        shown += [(one, 0) for one in group[:most]]
        shown[-1] = shown[-1][0], max(0, len(group) - most)
    return sorted(shown, key=lambda pair: found.index(pair[0]))


def verdicts(found: Findings) -> tuple[Line, Line]:
    """
    Word both verdicts.

    Parameters
    ----------
    found : Findings
        Of the verification.

    Returns
    -------
    tuple of Line
        Faithful and converged. That steps do not converge is no fault of theirs, so it is said in another tone.
    """
    faithful = _line(f"Faithful to {declared(found)}?", found.faithful, "bad")
    return faithful, _line("Converged to the exact polar factor?", found.converged, "doubt")


def _line(question: str, verdict: Verdict, no: str) -> Line:
    answers = {"inconclusive": "cannot tell", "not-applicable": "does not apply"}
    tone = {"yes": "good", "no": no, "inconclusive": "doubt"}.get(verdict.status, "quiet")
    parts = (one_line(verdict.reason), _worst(verdict), _steps(verdict))
    answer = answers.get(verdict.status, verdict.status)
    return Line(question, answer, verdict.status, tone, " ".join(part for part in parts if part))


def _worst(verdict: Verdict) -> str:
    if verdict.worst is None:
        return ""
    where = f" (case {one_line(verdict.case)})" if verdict.case else ""
    if not math.isfinite(verdict.worst):
        return f"Worst: no finite answer{where}."
    return f"Worst: {verdict.worst:.3g} times the bound{where}."


def _steps(verdict: Verdict) -> str:
    if verdict.steps_needed is None:
        return ""
    return f"{verdict.steps_needed} step{'' if verdict.steps_needed == 1 else 's'} of the dialect would be enough."


def grouped(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    """
    Sort results by check, what failed first.

    Parameters
    ----------
    results : iterable of Result
        In any order, which is kept otherwise.

    Returns
    -------
    list of (str, list of Result)
        Each check with its results.
    """
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.check, []).append(result)
    ordered = [(check, sorted(group, key=urgency)) for check, group in groups.items()]
    return sorted(ordered, key=lambda item: urgency(item[1][0]))


def urgency(result: Result) -> int:
    """Return the place of a result's status in `URGENT`."""
    return URGENT.index(result.status)


def tally(results: Iterable[Result]) -> dict[str, int]:
    """Count the results of each status; every status has its entry."""
    counted = dict.fromkeys(STATUSES, 0)
    for result in results:
        counted[result.status] += 1
    return counted


def duration(timing: Timing) -> str:
    """
    Say where the time went.

    Parameters
    ----------
    timing : Timing
        Of the verification.

    Returns
    -------
    str

    Examples
    --------
    >>> duration(Timing(1.23, 0.1, 0.2, 0.6))
    'loading 1.2 s, first calls 0.1 s, calls 0.2 s, judging 0.6 s'
    """
    parts = {"loading": timing.loading, "first calls": timing.first_calls}
    parts |= {"calls": timing.calls, "judging": timing.judging}
    return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in parts.items())


def fitting(found: Findings) -> str:
    """Say which dialects are within noise of what was seen."""
    return f"Within noise of: {', '.join(map(one_line, found.fits)) or 'no known dialect'}."
