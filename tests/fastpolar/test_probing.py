"""The second look: it lets the polar factor pass and nothing that is off by more than the bound."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.fastpolar import extremes, probing
from fire_ref.fastpolar.probing import keeps_bounds
from fire_ref.tolerances import EPS, residual_bound

from ..strategies import orthonormal, with_spectrum
from .families import Host, residuals


def given(rng: np.random.Generator, dtype: str) -> tuple[Host, Host]:
    W = with_spectrum(rng, 40, 30, np.linspace(1, 0.5, 30))
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return (U @ Vh).astype(dtype), W.astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(20))
def test_it_sees_an_error_of_four_times_the_bound(seed: int, dtype: str) -> None:
    rng = np.random.default_rng(seed)
    Q, W = given(rng, dtype)
    assert keeps_bounds(Q, W)
    assert keeps_bounds(np.asfortranarray(Q), np.asfortranarray(W))
    error = 4 * residual_bound(30, EPS[dtype])
    u, v = orthonormal(rng, 30, 2).T
    stretched = Q @ (np.eye(30) + error * np.outer(v, v))
    assert not keeps_bounds(stretched.astype(dtype), W)
    turned = Q @ (np.eye(30) + 4 * error * np.sqrt(30) * (np.outer(u, v) - np.outer(v, u)))
    assert not keeps_bounds(turned.astype(dtype), W)


@pytest.mark.parametrize("orders", ["CC", "FF", "CF", "FC"])
def test_an_error_in_any_piece_is_seen(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, orders: str) -> None:
    monkeypatch.setattr(probing, "BYTES", 8 * 30 * 7)
    for shape in ((40, 30), (30, 30)):
        W = with_spectrum(rng, *shape, np.linspace(1, 0.5, 30))
        U, _, Vh = np.linalg.svd(W, full_matrices=False)
        Q, W = (np.asarray(A, order=o) for A, o in zip((U @ Vh, W), orders, strict=True))  # type: ignore[call-overload]
        assert keeps_bounds(Q, W)
        for row in (0, 13, shape[0] - 1):
            wrong = Q.copy(order="K")
            wrong[row, 5] += 20 * residual_bound(30, EPS["float64"])
            assert not keeps_bounds(wrong, W)


def test_it_lets_nothing_pass_that_is_not_finite(rng: np.random.Generator) -> None:
    Q, W = given(rng, "float64")
    Q[3, 3] = np.nan
    assert not keeps_bounds(Q, W)


def test_a_zero_matrix_has_every_isometry() -> None:
    assert keeps_bounds(np.eye(9, 4), np.zeros((9, 4)))


def test_what_the_estimates_cannot_see_is_seen(rng: np.random.Generator) -> None:
    """One singular direction lies across the vectors by which the steps are chosen."""
    n = 256
    blind = extremes.probes(n, extremes.VECTORS, "float64")
    basis = np.linalg.qr(np.hstack([blind, rng.standard_normal((n, n - extremes.VECTORS))])).Q
    for spread in (0.01, 0.003):
        s = np.r_[1 + spread * rng.uniform(-1, 1, n - 1), 1.1]
        W = (basis * s) @ basis.T
        W = (W + W.T) / 2
        assert max(residuals(fire_ref.polar_factor(W, method="fast"), W)) <= 1


def test_its_vectors_are_of_the_answer_and_the_same_again(rng: np.random.Generator) -> None:
    Q = rng.standard_normal((6, 6))
    np.testing.assert_array_equal(probing._vectors(Q), probing._vectors(Q.copy(order="F")))
    assert not np.array_equal(probing._vectors(Q), probing._vectors(Q + np.eye(6)))
