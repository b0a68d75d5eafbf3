"""Frobenius and spectral norms of scaled stacks, in the wide dtype."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fire_ref import norms
from fire_ref.operands import operand
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend
from .strategies import with_spectrum


def test_squares_are_summed_in_the_wide_dtype() -> None:
    # 1 + 2^-26 is a float64 and no float32; both squares are exact.
    X = np.array([[1.0, 2.0**-13]], dtype=np.float32)
    norm = norms.frobenius(operand("f", "X", X), X)
    assert norm.dtype == np.float64
    assert norm.item() == math.sqrt(1 + 2.0**-26) != 1.0


@pytest.mark.parametrize("shape", [(5, 9), (3, 2, 5, 4)])
def test_both_norms_are_those_of_each_matrix(arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    X = arrays.make(rng.uniform(-1, 1, shape), arrays.widest)
    w, x, eps = operand("f", "X", X), arrays.host(X), EPS[arrays.widest]
    frobenius, spectral = norms.frobenius(w, X), norms.spectral(w, X)
    for norm, truth in (
        (frobenius, np.linalg.norm(x, axis=(-2, -1))),
        (spectral, np.linalg.svd(x)[1][..., 0]),
    ):
        assert norm.dtype == X.dtype
        assert tuple(norm.shape) == (*shape[:-2], 1, 1)
        error = np.abs(arrays.host(norm)[..., 0, 0] - truth) / truth
        assert error.max() <= residual_bound(min(shape[-2:]), eps)


def test_the_spectral_norm_of_single_precision_is_computed_in_double(rng: np.random.Generator) -> None:
    X = with_spectrum(rng, 9, 6, np.linspace(1, 0.1, 6)).astype(np.float32)
    norm = norms.spectral(operand("f", "X", X), X)
    truth = np.linalg.svd(X.astype(np.float64))[1][0]
    assert norm.dtype == np.float64
    assert abs(norm.item() - truth) <= residual_bound(6, EPS["float64"])


def test_a_zero_matrix_has_norm_zero() -> None:
    X = np.zeros((2, 3, 2))
    w = operand("f", "X", X)
    assert norms.frobenius(w, X).ravel().tolist() == norms.spectral(w, X).ravel().tolist() == [0.0, 0.0]
