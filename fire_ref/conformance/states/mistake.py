"""What went wrong with a tensor, before its text is added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..diagnosis.codes import CODES
from ..record import SEVERITIES, Diagnosis


class Mistake(NamedTuple):
    """
    As in `record.Diagnosis`, without the texts that belong to the code.

    Attributes
    ----------
    code, tensor, evidence : str
        What, where, and the numbers.
    severity : str
        "error", "limit" or "note".
    confidence : float
        1 where it was seen directly.
    case : str
        The block of the tensor that shows it, where it is not all of it.
    """

    code: str
    tensor: str
    evidence: str
    severity: str = "error"
    confidence: float = 1.0
    case: str = ""


def dressed(found: Iterable[Mistake], known: frozenset[str] = frozenset()) -> tuple[Diagnosis, ...]:
    """
    Add the texts, and sort.

    Parameters
    ----------
    found : iterable of Mistake
        In the order of the network.
    known : frozenset of str
        Codes that the dialect itself implies: no errors but limits.

    Returns
    -------
    tuple of Diagnosis
        Worst and surest first, else in the order of the network.
    """
    lowered = [
        one._replace(severity="limit") if one.code in known and one.severity == "error" else one for one in found
    ]
    lowered.sort(key=lambda one: (SEVERITIES.index(one.severity), -one.confidence))
    return tuple(
        Diagnosis(
            one.code,
            one.severity,
            one.confidence,
            one.case,
            one.tensor,
            one.evidence,
            CODES[one.code].explanation,
            CODES[one.code].hint,
            CODES[one.code].reference,
        )
        for one in lowered
    )
