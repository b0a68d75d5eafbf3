from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.known import Known, installed
from fire_ref.conformance.known.wrong import WRONG
from fire_ref.tolerances import EPS

from .values import MATRICES, SPREAD, Matrix, answered, steps

HERE = [known for known in WRONG if known in installed()]
CUBIC = (1.5, -0.5, 0.0)


@pytest.mark.parametrize("known", HERE, ids=lambda known: known.name)
def test_each_is_no_polar_factor_on_some_matrix(known: Known) -> None:
    away = []
    for W in [1.3 * W for W in MATRICES]:  # the largest singular value is 1.95
        U, _, Vh = np.linalg.svd(W, full_matrices=False)
        away.append(float(np.linalg.norm(answered(known, W) - U @ Vh)))
    assert max(away) > np.sqrt(EPS[known.dtype])


@pytest.mark.parametrize("W", MATRICES, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", [known for known in HERE if "QR" in str(known.codes)], ids=lambda known: known.name)
def test_qr_spans_the_same_and_is_another_isometry(known: Known, W: Matrix) -> None:
    if known.package == "heavyball" and W.shape[0] != W.shape[1]:
        pytest.skip("takes Newton-Schulz steps here")
    Y = answered(known, W)
    Y, W = (Y, W) if W.shape[0] >= W.shape[1] else (Y.T, W.T)
    assert np.linalg.norm(Y.T @ Y - np.eye(Y.shape[1])) <= 10 * W.size * EPS[known.dtype]
    assert np.linalg.norm(np.tril(Y.T @ W, -1)) <= 10 * W.size * EPS[known.dtype]


@pytest.mark.parametrize("W", SPREAD, ids=lambda W: f"{W.shape[0]}x{W.shape[1]}")
@pytest.mark.parametrize("known", [known for known in HERE if known.package == "orthogonium"], ids=lambda k: k.name)
def test_orthogonium_takes_twelve_steps_from_where_it_is(known: Known, W: Matrix) -> None:
    expected = steps(W / 4, [CUBIC] * 12, normalise=False)
    assert np.linalg.norm(answered(known, W / 4) - expected) <= 10 * W.size * EPS[known.dtype]


def test_none_is_faithful() -> None:
    assert {(known.faithful, known.converged) for known in WRONG} == {("no", "no")}
    assert all(known.codes for known in WRONG)
