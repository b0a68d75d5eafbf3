"""Each mistake that the fingerprint names, made once."""

from __future__ import annotations

from ..mutants import Mutant
from .naming import named, of_codes

CODES = (
    "NOOP",
    "WRONG_GAIN",
    "LAYOUT_IN_OUT",
    "GRAM_INVERSE",
    "WRONG_STEPS",
    "NO_NORMALISATION",
    "NORMALISATION_KIND",
    "SIGN_FLIPPED",
    "DET_FORCED",
    "DTYPE_DOWNCAST",
)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)
