"""Each mistake that the leakage names, made once."""

from __future__ import annotations

from ..mutants import Mutant
from .naming import named, of_codes

CODES = (
    "WRONG_FACTOR_QR",
    "WRONG_FACTOR_V",
    "WRONG_FACTOR",
    "SHARD_LOCAL",
    "QKV_BOUNDARY",
    "ROWS_RESCALED",
)


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)
