from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.known import Known, installed
from fire_ref.conformance.known.exact import EXACT
from fire_ref.tolerances import EPS

from .values import MATRICES, answered

HERE = [known for known in EXACT if known in installed()]


@pytest.mark.parametrize("W", MATRICES, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_each_is_the_polar_factor(known: Known, W: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    assert np.linalg.norm(answered(known, W) - U @ Vh) <= 10 * W.size * EPS[known.dtype]


def test_each_is_declared_to_be_just_that() -> None:
    assert {(known.dialect, known.faithful, known.converged) for known in EXACT} == {("paper", "yes", "yes")}


def test_scipy_is_among_them() -> None:
    assert "scipy.linalg.polar" in [known.name for known in HERE]
