"""Each mistake that a stack or a kernel names, made once."""

from __future__ import annotations

from ..mutants import Mutant
from .naming import named, of_codes

CODES = (
    "BATCH_COLLAPSED",
    "BATCH_MIXED",
    "SKIPPED_SILENTLY",
    "CONV_FLATTENED",
    "CONV_KERNEL_AXES",
    "MISSING_KERNEL_AREA",
    "GAIN_KERNEL_SIDE",
    "GAIN_FROM_KERNEL_DIMS",
)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)
