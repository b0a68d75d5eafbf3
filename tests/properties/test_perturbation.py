"""How far the polar factor moves when W does: the bound, its identity, and that it is attained."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..killing import kills
from ..strategies import Matrix, matrices, seeds
from .mutants import qr_factor, sign_flipped

WRONG = {"qr": {"polar_factor": qr_factor}, "flipped": {"polar_factor": sign_flipped}}
ROUNDING = 10 * residual_bound(12, EPS["float64"])


def least(W: Matrix) -> float:
    return float(np.linalg.svd(W, compute_uv=False)[-1])


@kills(**WRONG)
@given(W=matrices(full_rank=False), rng=seeds(), far=st.floats(-6, 1))
def test_perturbation_bound(lib, W: Matrix, rng: np.random.Generator, far: float) -> None:
    """(s_min(W) + s_min(W')) ||Q - Q'||_F <= 2 ||W - W'||_F, any shape, any polar factors."""
    other = W + 10.0**far * rng.standard_normal(W.shape)
    moved = np.linalg.norm(lib.polar_factor(W) - fire_ref.polar_factor(other))
    room = ROUNDING * (np.linalg.norm(W) + np.linalg.norm(other))
    assert (least(W) + least(other)) * moved <= 2 * np.linalg.norm(W - other) + room


@kills(**WRONG)
@given(W=matrices(full_rank=False), rng=seeds())
def test_perturbation_identity(lib, W: Matrix, rng: np.random.Generator) -> None:
    """<Q - Q', W - W'> = 1/2 tr((Q - Q')^T (Q - Q') (H + H'))."""
    other = W + rng.standard_normal(W.shape)
    Q, R = lib.polar_factor(W), lib.polar_factor(other)
    H = fire_ref.polar_decomposition(W).H + fire_ref.polar_decomposition(other).H
    gap = Q - R
    gram = gap.T @ gap if W.shape[0] >= W.shape[1] else gap @ gap.T
    room = ROUNDING * (np.linalg.norm(W) + np.linalg.norm(other)) * len(H)
    assert abs(np.sum(gap * (W - other)) - 0.5 * np.trace(gram @ H)) <= room


@kills(**WRONG)
@given(c=st.floats(0.1, 10), angle=st.floats(0.01, 1.5))
def test_perturbation_bound_is_attained(lib, c: float, angle: float) -> None:
    """c I against c R, R a rotation: both sides are equal."""
    R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = 2 * c * np.linalg.norm(lib.polar_factor(c * np.eye(2)) - lib.polar_factor(c * R))
    assert abs(moved - 2 * np.linalg.norm(c * np.eye(2) - c * R)) <= ROUNDING * c
