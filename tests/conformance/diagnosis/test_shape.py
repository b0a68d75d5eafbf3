"""Each mistake that shows in which matrices go wrong, made once."""

from __future__ import annotations

import fire_ref

from ..mutants import Array, Mutant, ns
from .naming import named, of_codes

CODES = ("TRANSPOSE_MISSING", "CONDITION_SQUARED")


@of_codes(CODES)
def test_a_mutant_is_named(mutant: Mutant) -> None:
    named(mutant)


def test_wide_matrices_that_come_back_as_they_were_are_skipped() -> None:
    def tall_ones(W: Array) -> Array:
        return ns(W) if W.shape[0] >= W.shape[1] else W.copy()

    report = fire_ref.verify(tall_ones)
    assert report.diagnoses[0].code == "SKIPPED_SILENTLY"
    assert "TRANSPOSE_MISSING" not in {one.code for one in report.diagnoses}
