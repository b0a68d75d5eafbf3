"""front: the curve between doing nothing and exact FIRE."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..backends import Backend
from ..strategies import with_spectrum
from ..test_measures import dfi_slack

EPS64 = EPS["float64"]


def close(found: float, wanted: float, W: Any, gain: float = 1.0) -> bool:
    """Compare a DfI computed from singular values with one computed from the matrix: both are off by a residual."""
    e = 2 * residual_bound(min(W.shape), EPS64) * np.linalg.norm(W) ** 2 / gain**2
    return bool(abs(found - wanted) <= (2 * wanted**0.5 + e) * e + dfi_slack(W, wanted, gain))


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5), (1, 3)])
@pytest.mark.parametrize("gain", [1.0, 0.2, 6.0])
def test_the_ends_are_doing_nothing_and_exact_fire(
    rng: np.random.Generator, shape: tuple[int, int], gain: float
) -> None:
    W = rng.standard_normal(shape)
    curve = fire_ref.front(W, gain=gain)
    assert curve.weight[0] == curve.sfe[0] == 0.0
    assert close(curve.dfi[0], float(fire_ref.dfi(W, gain=gain)), W, gain)
    assert curve.weight[-1] == np.inf
    assert curve.dfi[-1] == 0.0
    best = float(fire_ref.sfe(W, gain * fire_ref.polar_factor(W)))
    # (s - c)^2 with s off by a residual of ||W||, cQ by one of c.
    e = residual_bound(min(shape), EPS64) * (np.linalg.norm(W) + gain * min(shape) ** 0.5)
    assert abs(curve.sfe[-1] - best) <= (2 * best**0.5 + e) * e


@pytest.mark.parametrize("points", [2, 3, 50])
def test_there_are_as_many_points_as_asked_for_in_float64_on_the_host(
    arrays: Backend, rng: np.random.Generator, points: int
) -> None:
    for dtype in arrays.precisions:
        curve = fire_ref.front(arrays.make(rng.standard_normal((5, 3)), dtype), points=points)
        for figure in curve:
            assert isinstance(figure, np.ndarray)
            assert figure.shape == (points,)
            assert figure.dtype == np.float64


def test_fifty_points_are_the_default() -> None:
    assert fire_ref.front(np.diag([2.0, 0.5])).weight.shape == (50,)


@pytest.mark.parametrize(
    "s",
    [
        [3.0, 1.0, 0.2],
        [2.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [1e-6, 1e-7, 1e-8],
        [1e5, 1.0, 1e-5],
        [1.0, 1.0, 1.0 + 1e-7],
    ],
)
def test_sfe_rises_and_dfi_falls_along_the_curve(rng: np.random.Generator, s: list[float]) -> None:
    curve = fire_ref.front(with_spectrum(rng, 5, 3, np.array(s)), points=40)
    assert (np.diff(curve.weight) > 0).all()
    # Neighbouring weights are far apart; each figure is a sum of three squares with relative errors of some eps.
    assert (curve.sfe[1:] >= curve.sfe[:-1] * (1 - 32 * EPS64)).all()
    assert (curve.dfi[1:] <= curve.dfi[:-1] * (1 + 32 * EPS64)).all()
    assert curve.sfe[-1] > curve.sfe[0]
    assert np.isfinite(curve.sfe).all()


def test_the_points_spread_over_the_bend(rng: np.random.Generator) -> None:
    curve = fire_ref.front(rng.standard_normal((6, 4)), points=50)
    whole = curve.dfi[0]
    assert 0.98 * whole < curve.dfi[1] < whole
    assert 0 < curve.dfi[-2] <= 1e-3 * whole
    assert ((curve.dfi > 0.01 * whole) & (curve.dfi < 0.99 * whole)).sum() > 10


@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_each_point_is_what_relax_reaches_at_its_weight(rng: np.random.Generator, gain: float) -> None:
    W = rng.standard_normal((6, 4))
    curve = fire_ref.front(W, points=9, gain=gain)
    for weight, sfe, dfi in zip(*curve, strict=True):
        V = fire_ref.relax(W, weight=float(weight), gain=gain)
        assert close(dfi, float(fire_ref.dfi(V, gain=gain)), V, gain)
        e = 2 * residual_bound(4, EPS64) * (np.linalg.norm(W) + np.linalg.norm(V))
        assert abs(sfe - fire_ref.sfe(W, V)) <= (2 * sfe**0.5 + e) * e


def test_a_stack_has_one_curve_per_matrix_at_common_weights(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 5, 4))
    curve = fire_ref.front(W, points=7)
    assert (curve.weight.shape, curve.sfe.shape, curve.dfi.shape) == ((7,), (2, 3, 7), (2, 3, 7))
    for i in np.ndindex(2, 3):
        for weight, sfe in zip(curve.weight, curve.sfe[i], strict=True):
            V = fire_ref.relax(W[i], weight=float(weight))
            e = 2 * residual_bound(4, EPS64) * (np.linalg.norm(W[i]) + np.linalg.norm(V))
            assert abs(sfe - fire_ref.sfe(W[i], V)) <= (2 * sfe**0.5 + e) * e


def test_a_state_has_the_sum_of_its_layers_at_one_multiplier(rng: np.random.Generator) -> None:
    state = {
        "linear": rng.standard_normal((5, 3)),
        "bias": rng.standard_normal(5),
        "conv": rng.standard_normal((4, 3, 2, 2)),
    }
    curve = fire_ref.front(state, points=6, gain=2.0)
    assert curve.sfe.shape == curve.dfi.shape == (6,)
    assert curve.dfi[-1] == 0.0
    for weight, sfe, dfi in zip(*curve, strict=True):
        after = fire_ref.relax(state, weight=float(weight), gain=2.0)
        paid = sum(float(fire_ref.sfe(state[name], after[name]).sum()) for name in ("linear", "conv"))
        left = float(fire_ref.dfi(after["linear"], gain=2.0)) + float(
            fire_ref.dfi(after["conv"], gain=2.0, layout="OIHW").sum()
        )
        norm = sum(np.linalg.norm(state[name]) ** 2 + np.linalg.norm(after[name]) ** 2 for name in ("linear", "conv"))
        e = 2 * residual_bound(3, EPS64) * norm**0.5
        assert abs(sfe - paid) <= (2 * sfe**0.5 + e) * e
        assert abs(dfi - left) <= (2 * dfi**0.5 + e) * e * norm**0.5


def test_an_isometry_is_its_own_front() -> None:
    curve = fire_ref.front(np.eye(4, 3), points=5)
    assert not curve.sfe.any()
    assert not curve.dfi.any()
    assert np.isfinite(curve.weight[1:-1]).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_extreme_scales_overflow_to_inf_and_never_to_nan(scale: float) -> None:
    for gain in (1.0, scale):
        curve = fire_ref.front(scale * np.diag([3.0, 1.0, 0.1]), points=5, gain=gain)
        assert not any(np.isnan(figure).any() for figure in curve)
        assert curve.sfe[0] == curve.dfi[-1] == 0.0


@pytest.mark.parametrize("gain", [1e-200, 1e200])
def test_an_extreme_gain_does_not_warn(gain: float) -> None:
    curve = fire_ref.front(np.diag([3.0, 1.0, 0.1]), points=5, gain=gain)
    assert not any(np.isnan(figure).any() for figure in curve)


@pytest.mark.parametrize(
    ("W", "arguments", "error", "message"),
    [
        (np.eye(2), {"points": 1}, ValueError, "points must be a whole number >= 2"),
        (np.eye(2), {"points": 2.5}, TypeError, "points must be a whole number >= 2"),
        (np.eye(2), {"gain": -1.0}, ValueError, "gain must be a finite number > 0"),
        ([[np.nan]], {}, ValueError, "W must be finite"),
        (np.ones(3), {}, ValueError, "W must have two axes or more"),
        ({"bias": np.ones(3)}, {}, ValueError, "W must hold at least one weight"),
        ({"conv1d": np.ones((2, 2, 2))}, {}, ValueError, r"W\['conv1d'\] must have 2, 4 or 5 axes"),
    ],
)
def test_wrong_arguments_are_refused(W: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^front: {message}"):
        fire_ref.front(W, **arguments)
