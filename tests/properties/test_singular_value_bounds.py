"""DfI bounds every singular value, and through them the spectral norm."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..killing import kills
from ..strategies import Matrix, matrices
from .mutants import scaled


@kills(
    halved={"dfi": scaled(fire_ref.dfi, 0.5)},
    mean={"dfi": lambda W, gain=1.0: fire_ref.dfi(W, gain=gain) / W.shape[-1] / 4},
)
@given(W=matrices(full_rank=False), c=st.floats(0.1, 10))
def test_dfi_bounds_singular_values_and_norm(lib, W: Matrix, c: float) -> None:
    """|s_i^2 - 1| <= sqrt(DfI) for each, the square of it their sum; hence ||W||_2^2 <= 1 + sqrt(DfI)."""
    s = np.linalg.svd(W, compute_uv=False) / c
    dfi = float(lib.dfi(W, gain=c))
    rounding = residual_bound(len(s), EPS["float64"]) * (1 + s[0] ** 2)
    assert np.abs(s**2 - 1).max() <= dfi**0.5 + rounding
    assert s[0] ** 2 <= 1 + dfi**0.5 + rounding
    assert abs(np.sum((s**2 - 1) ** 2) - dfi) <= rounding * (1 + s[0] ** 2) * len(s)
