"""polar_factor and polar_decomposition on every backend."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (6, 6), (3, 2, 5, 4)])
def test_same_namespace_dtype_and_residual_on_every_backend(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal(shape), dtype)
        Q = fire_ref.polar_factor(W)
        assert type(Q) is type(W)
        assert Q.dtype == W.dtype
        q = arrays.host(Q)
        gram = np.swapaxes(q, -1, -2) @ q if shape[-2] >= shape[-1] else q @ np.swapaxes(q, -1, -2)
        p = min(shape[-2:])
        assert np.linalg.norm(gram - np.eye(p), axis=(-2, -1)).max() <= residual_bound(p, EPS[dtype])
