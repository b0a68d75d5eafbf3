"""Small matrices, the answers of known implementations to them, and iterations written down a second time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from fire_ref.conformance.known import Known

from .test_callables import answer, given

Matrix: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Triple: TypeAlias = tuple[float, float, float]

SHAPES = ((6, 4), (4, 6), (5, 5))


def _matrix(shape: tuple[int, int], least: float) -> Matrix:
    rng = np.random.default_rng(shape)
    left, _, right = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    return left * np.linspace(1.5, least, min(shape)) @ right


#: Tall, wide and square, so well conditioned that half precision says something.
MATRICES = [_matrix(shape, 0.3) for shape in SHAPES]
#: With a singular value that ten cubic steps leave away from 1, so that they can be told from nine.
SPREAD = [_matrix(shape, 0.02) for shape in SHAPES]


def answered(known: Known, W: Matrix) -> Matrix:
    """Return what an implementation makes of W, in float64."""
    y = answer(known, given(known, W))
    return np.asarray(y.float() if known.dtype == "bfloat16" or "bfloat16" in str(y.dtype) else y, dtype=np.float64)


def steps(W: Matrix, triples: Sequence[Triple], *, normalise: bool = True) -> Matrix:
    """Return X <- X (a + b X^T X + c (X^T X)^2) for each triple, from W or W/||W||_F, in float64."""
    X = W / np.linalg.norm(W) if normalise else W
    for a, b, c in triples:
        G = X.T @ X
        X = X @ (a * np.eye(len(G)) + b * G + c * G @ G)
    return X
