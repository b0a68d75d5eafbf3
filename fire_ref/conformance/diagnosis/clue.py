"""A clue: one rule's conclusion, before its text is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ...tolerances import EPS
from ..evidence import Evidence, Observation
from ..fingerprint import Taken
from ..precision import coarser
from ..record import Result, Verdict


class Clue(NamedTuple):
    """As in `record.Diagnosis`."""

    code: str
    severity: str
    confidence: float
    case: str
    evidence: str


@dataclass(frozen=True)
class View:
    """
    Everything a rule may look at.

    Attributes
    ----------
    evidence, results, taken
        What was seen, what the checks said, the fingerprint.
    faithful, converged : Verdict
        The two verdicts.
    """

    evidence: Evidence
    results: Sequence[Result]
    taken: Taken
    faithful: Verdict
    converged: Verdict

    @cached_property
    def _by_check(self) -> dict[str, list[Result]]:
        table: dict[str, list[Result]] = {}
        for result in self.results:
            table.setdefault(result.check, []).append(result)
        return table

    def of(self, check: str, *statuses: str) -> list[Result]:
        """Return the results of one check that have one of these statuses."""
        return [result for result in self._by_check.get(check, []) if result.status in statuses]

    def bad(self, check: str = "value.faithful") -> set[str]:
        """Return the cases that fail a check, or were skipped by it."""
        return {result.case for result in self.of(check, "fail", "skipped")}

    @property
    def eps(self) -> float:
        """Of the dtype that the target was seen to compute in, or was declared to."""
        return EPS[coarser(self.evidence.setup.dtype, self.evidence.precision or None)]

    @cached_property
    def wrong(self) -> bool:
        """Whether the main question is answered by no."""
        return self.faithful.status == "no"

    @cached_property
    def singles(self) -> list[Observation]:
        """Plain valid cases that do not agree with the dialect."""
        check = "value.converged" if self.evidence.dialect.exact else "value.faithful"
        bad = self.bad(check)
        return [seen for seen in self.evidence.plain if seen.case.id in bad]

    @cached_property
    def right_on_probes(self) -> bool:
        """Whether all probes agree with the dialect."""
        return bool(self.taken.found) and not any("probe" in seen.case.flags for seen in self.singles)


Rule: TypeAlias = Callable[[View], Iterator[Clue]]
