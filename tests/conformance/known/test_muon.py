from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.known import Known, installed
from fire_ref.conformance.known.muon import MUON
from fire_ref.conformance.known.record import K_STEP, NARROWED
from fire_ref.tolerances import EPS

from .values import MATRICES, Matrix, answered, steps

HERE = [known for known in MUON if known in installed()]
KELLER = (3.4445, -4.7750, 2.0315)


@pytest.mark.parametrize("W", MATRICES, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_each_takes_five_steps_of_one_triple(known: Known, W: Matrix) -> None:
    gain = max(1, W.shape[0] / W.shape[1]) ** 0.5 if known.level == "weight" else 1.0
    expected = gain * steps(W, [KELLER] * 5)
    half = "DTYPE_DOWNCAST" in known.codes or known.dtype == "bfloat16"
    room = 10 * len(W) * EPS["bfloat16" if half else known.dtype]
    assert np.linalg.norm(answered(known, W) - expected) <= room


def test_what_narrows_is_given_float32() -> None:
    assert all(known.dtype == "float32" for known in MUON if set(NARROWED) <= set(known.codes))


def test_none_converges_and_each_faithful_one_says_so() -> None:
    assert {known.converged for known in MUON} == {"no"}
    assert all(set(K_STEP) <= set(known.codes) for known in MUON if known.faithful == "yes")
