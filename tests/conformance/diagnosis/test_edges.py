"""Each mistake that an edge case names, made once."""

from __future__ import annotations

from ..mutants import Mutant
from .naming import named, of_codes

CODES = (
    "EPS_FLOOR",
    "OVERFLOW",
    "ZERO_NAN",
    "RANK_POLICY",
    "NONFINITE_ACCEPTED",
    "PADDING_LEAK",
    "UNDER_ITERATED",
    "STEPS_IGNORED",
)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)
