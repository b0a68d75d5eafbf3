"""DfI reaches zero: polar factors are isometries, whatever the shape, rank and scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..killing import kills
from ..strategies import Matrix, matrices, orthonormal, seeds
from .mutants import eps_floor, five_steps, normalised_only, scaled

ZERO = residual_bound(12, EPS["float64"]) ** 2  # DfI is the square of ||Q^T Q - I||_F


@kills(
    k_steps={"polar_factor": five_steps},
    normalised={"polar_factor": normalised_only},
    gain_left_in={"polar_factor": scaled(fire_ref.polar_factor, 1.001)},
)
@given(W=matrices(full_rank=False, cond=1e12))
def test_dfi_of_the_exact_factor_is_zero(lib, W: Matrix) -> None:
    assert float(fire_ref.dfi(lib.polar_factor(W))) <= ZERO


@kills(
    small_for_columns={"dfi": lambda W, side: fire_ref.dfi(W, side="small" if side == "columns" else side)},
    small_for_rows={"dfi": lambda W, side: fire_ref.dfi(W, side="small" if side == "rows" else side)},
)
@given(W=matrices())
def test_the_literal_dfi_of_an_isometry_is_the_number_of_missing_dimensions(lib, W: Matrix) -> None:
    m, n = W.shape
    Q = fire_ref.polar_factor(W)
    columns, rows = float(lib.dfi(Q, side="columns")), float(lib.dfi(Q, side="rows"))
    assert abs(columns - max(n - m, 0)) <= residual_bound(max(m, n), EPS["float64"])
    assert abs(rows - max(m - n, 0)) <= residual_bound(max(m, n), EPS["float64"])


@kills(
    gain_ignored={"dfi": lambda W, gain=1.0, **kw: fire_ref.dfi(W, **kw)},
    gain_guessed={"dfi": lambda W, gain=1.0: fire_ref.dfi(W / np.linalg.norm(W, 2))},
)
@given(W=matrices(), c=st.floats(0.1, 10))
def test_dfi_is_measured_against_the_gain(lib, W: Matrix, c: float) -> None:
    Q, p = fire_ref.polar_factor(W), min(W.shape)
    assert float(lib.dfi(c * Q, gain=c)) <= 4 * ZERO  # c * Q is rounded once more
    literal = p * (c * c - 1) ** 2
    assert abs(float(lib.dfi(c * Q)) - literal) <= residual_bound(p, EPS["float64"]) * (1 + c**4 * p)


@kills(
    regularised={"polar_factor": eps_floor},
    shifted={"polar_factor": lambda W: fire_ref.polar_factor(W + 0.1)},
)
@given(rng=seeds(), m=st.integers(3, 12))
def test_a_dead_unit_of_a_tall_layer_stays_dead(lib, rng: np.random.Generator, m: int) -> None:
    W = rng.standard_normal((m, 2))
    W[0] = 0
    assert np.abs(lib.polar_factor(W)[0]).max() <= residual_bound(2, EPS["float64"]) * np.linalg.cond(W)


@pytest.mark.parametrize(("dtype", "u"), [("float16", 2.0**-11), ("float32", 2.0**-24)])
@kills(square_root={"dfi": lambda W: fire_ref.dfi(W) ** 0.5}, rows={"dfi": lambda W: fire_ref.dfi(W, side="rows")})
def test_storage_floor(lib, rng: np.random.Generator, dtype: str, u: float) -> None:
    m, n = 768, 384
    Q = orthonormal(rng, m, n).astype(dtype)
    predicted = 0.36 * n * n * u * u / m
    assert 0.8 < float(lib.dfi(Q)) / predicted < 1.25  # a sum of n^2 independent squares: spread about 1 %
