from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.known import Known, installed
from fire_ref.conformance.known.fire import FIRE
from fire_ref.conformance.known.record import K_STEP
from fire_ref.tolerances import EPS

from .values import SPREAD, Matrix, answered, steps

HERE = [known for known in FIRE if known in installed()]
CUBIC = (1.5, -0.5, 0.0)


@pytest.mark.parametrize("W", SPREAD, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_each_takes_cubic_steps(known: Known, W: Matrix) -> None:
    preserving = known.dialect == "norm-preserving"
    expected = steps(W, [CUBIC] * (20 if preserving else 10))
    if preserving:
        expected *= np.linalg.norm(W) / np.linalg.norm(expected)
    assert np.linalg.norm(answered(known, W) - expected) <= 10 * W.size * EPS[known.dtype]


def test_none_converges_and_each_says_so() -> None:
    assert {(known.faithful, known.converged, known.codes) for known in FIRE} == {("yes", "no", K_STEP)}
