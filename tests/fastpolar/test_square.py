"""The square route: the factor where it answers, no answer where the condition is too large for it."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.fastpolar import square, steps
from fire_ref.tolerances import EPS, distance_bound

from ..strategies import orthonormal, with_spectrum
from .families import residuals

pytestmark = pytest.mark.usefixtures("iterated")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [1, 2, 9, 64, 200])
@pytest.mark.parametrize("condition", [1.0, 3.0, 1e2, 1e4])
def test_the_factor_of_every_mild_matrix(rng: np.random.Generator, dtype: str, n: int, condition: float) -> None:
    spectra = [np.geomspace(1, 1 / condition, n), np.where(np.arange(n) < n // 2, 1, 1 / condition)]
    for s in [*spectra, np.r_[np.ones(n - 1), 1 / condition], np.r_[1, np.full(n - 1, 1 / condition)]]:
        U, V = orthonormal(rng, n, n), orthonormal(rng, n, n)
        W = np.asfortranarray(((U * s) @ V.T).astype(dtype))
        Q = square.factored(W)
        assert Q is not None
        assert max(residuals(Q, W)) <= 0.5
        assert np.linalg.norm(Q - U @ V.T) <= 2 * distance_bound(n, EPS[dtype], condition)


@pytest.mark.parametrize("W", [np.zeros((3, 3)), np.ones((4, 4)), np.diag([1.0, 1e-9]), np.full((2, 2), np.nan)])
def test_what_is_left_to_the_svd(W: np.ndarray) -> None:  # type: ignore[type-arg]
    assert square.factored(np.asfortranarray(W)) is None


def test_a_wrong_guess_of_the_interval_costs_steps_only(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 40, 40, np.geomspace(1000, 1, 40))
    for high in (1.0, 30.0, 1e5):
        X = W.copy(order="F")
        Q = square.iterated(X, np.empty_like(X), square.Interval(1.0, high))
        assert Q is not None
        assert max(residuals(Q, W)) <= 0.5


def test_steps_that_fail_or_never_end_give_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    W = np.asfortranarray(np.diag([1.0, 0.1, 0.5]))
    monkeypatch.setattr(steps, "leftover", lambda *_: np.inf)
    assert square.factored(W) is None
    monkeypatch.setattr(steps, "halley", lambda *_: False)
    assert square.factored(W) is None


@pytest.mark.parametrize("smallest", [1.0, 1e-3, 1e-9, 0.0])
def test_a_triangle_has_its_factor_at_every_condition(rng: np.random.Generator, smallest: float) -> None:
    W = with_spectrum(rng, 30, 30, np.geomspace(1, max(smallest, 1e-12), 30))
    R = np.asfortranarray(np.triu(np.linalg.qr(W)[1]))
    R[-1, -1] *= smallest > 0
    kept = R.copy()
    assert max(residuals(square.of_triangle(R), R)) <= 0.5
    np.testing.assert_array_equal(R, kept)


def test_a_triangle_whose_inverse_nearly_overflows(rng: np.random.Generator) -> None:
    R = np.asfortranarray(np.triu(rng.standard_normal((12, 12))))
    R[-1, -1] = 1e-200
    with np.errstate(all="ignore"):
        assert max(residuals(square.of_triangle(R), R)) <= 0.5


def test_what_is_too_ill_conditioned_is_left_to_the_svd(rng: np.random.Generator) -> None:
    """Its pivots do not show it."""
    W = np.asfortranarray(with_spectrum(rng, 30, 30, np.r_[np.ones(29), 1 / 3e6]))
    assert square.factored(W) is None
    assert square.factored(np.asfortranarray(with_spectrum(rng, 30, 30, np.r_[np.ones(29), 1 / 3e5]))) is not None


def test_of_few_rows_only_what_is_faster_is_iterated(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    mild, one, equals = np.geomspace(1, 1e-3, 64), np.geomspace(1, 1e-5, 64), np.r_[np.ones(63), 1e-3]
    for few, answered in ((65, (True, False, False)), (64, (True, True, True))):
        monkeypatch.setattr(square, "FEW", few)
        for s, found in zip((mild, one, equals), answered, strict=True):
            W = np.asfortranarray(with_spectrum(rng, 64, 64, s))
            assert (square.factored(W) is not None) is found
    monkeypatch.setattr(square, "FEW", 65)
    assert square.factored(np.asfortranarray(with_spectrum(rng, 64, 64, np.ones(64)))) is not None


def test_a_small_frobenius_norm_needs_no_estimate(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    estimate = square.extremes.symmetric_norm
    monkeypatch.setattr(square.extremes, "symmetric_norm", lambda E: asked.append(1.0) or estimate(E))
    near = with_spectrum(rng, 40, 40, 1 + 1e-8 * rng.uniform(-1, 1, 40))
    for W, low in ((near, 1.0), (with_spectrum(rng, 40, 40, np.linspace(1, 0.5, 40)), 0.5)):
        asked.clear()
        Q = square.iterated(W.copy(order="F"), np.empty_like(W, order="F"), square.Interval(low, 1.0))
        assert Q is not None
        assert max(residuals(Q, W)) <= 0.5
        assert bool(asked) is (low < 1)


@pytest.mark.parametrize("ends", [(0.0, 0.0), (0.0, 1.0), (1.0, np.inf), (np.nan, 1.0), (1.0, np.nan), (1.0, 10.1)])
def test_only_a_proper_interval_has_a_condition(ends: tuple[float, float]) -> None:
    assert not square.Interval(*ends).within(10.0)
    assert square.Interval(1.0, 9.9).within(10.0)
