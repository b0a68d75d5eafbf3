from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.known import Known, installed
from fire_ref.conformance.known.record import K_STEP
from fire_ref.conformance.known.scheduled import SCHEDULED
from fire_ref.tolerances import EPS

from .values import MATRICES, Matrix, answered, steps

HERE = [known for known in SCHEDULED if known in installed()]


@pytest.mark.parametrize("W", MATRICES, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_each_takes_the_steps_of_its_dialect(known: Known, W: Matrix) -> None:
    dialect = DIALECTS[known.dialect]
    triples = [dialect.triples[min(i, len(dialect.triples) - 1)] for i in range(dialect.steps or 0)]
    expected = steps(W / np.linalg.norm(W) / dialect.safety, triples, normalise=False)
    half = "DTYPE_DOWNCAST" in known.codes
    room = 10 * len(W) * EPS["bfloat16" if half else known.dtype]
    assert np.linalg.norm(answered(known, W) - expected) <= room


def test_none_converges_and_each_says_so() -> None:
    assert {(known.faithful, known.converged) for known in SCHEDULED} == {("yes", "no")}
    assert all(set(K_STEP) <= set(known.codes) for known in SCHEDULED)


def test_each_declares_more_than_one_triple() -> None:
    assert all(len(set(DIALECTS[known.dialect].triples)) > 1 for known in SCHEDULED)
