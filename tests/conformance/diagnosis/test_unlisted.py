"""Each mistake that a fit beyond the list names, made once."""

from __future__ import annotations

from ..mutants import Mutant
from .naming import named, of_codes

CODES = ("COEFFICIENT_TYPO",)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)
