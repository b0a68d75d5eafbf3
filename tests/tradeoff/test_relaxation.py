"""relax: part of the way to FIRE, by DfI, by weight, by condition; matrices, stacks and states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, residual_bound
from fire_ref.tradeoff.clipping import clipped
from fire_ref.tradeoff.multiplier import root

from ..backends import Backend, available
from ..strategies import orthonormal, with_spectrum

Host = np.ndarray[Any, np.dtype[Any]]
EPS64 = EPS["float64"]


def dfi_error(V: Host, gain: float, eps: float = EPS64) -> float:
    # V is within e ||V|| of the intended matrix, e = residual_bound: with E = V^T V / c^2 - I and its change
    # d <= (2 e + e^2) ||V||^2 / c^2, | ||E + d||^2 - ||E||^2 | <= (2 ||E|| + ||d||) ||d||.
    e = residual_bound(min(V.shape[-2:]), eps)
    change = (2 * e + e**2) * np.linalg.norm(V) ** 2 / gain**2
    return float((2 * np.sqrt(fire_ref.dfi(V, gain=gain)) + change) * change)


def moved(U: Host, v: Host, V: Host) -> Host:
    return np.asarray((U * v) @ V.T)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("gain", [1.0, 0.25, 8.0])
@pytest.mark.parametrize("weight", [0.1, 0.5, 2.0, 1e6])
def test_a_weight_moves_singular_values_to_the_root_and_keeps_the_vectors(
    rng: np.random.Generator, shape: tuple[int, int], gain: float, weight: float
) -> None:
    p = min(shape)
    U, V, s = orthonormal(rng, shape[0], p), orthonormal(rng, shape[1], p), np.geomspace(3.0, 0.1, p)
    wanted = moved(U, gain * root(s / gain, weight), V)
    # The map s -> c v(s / c) has slopes and quotients v / s of at most v_min / s_min where it lifts small values.
    stretch = max(1.0, float((gain * root(s / gain, weight) / s).max()))
    error = np.linalg.norm(fire_ref.relax(moved(U, s, V), weight=weight, gain=gain) - wanted)
    assert error <= 2 * residual_bound(p, EPS64) * stretch * np.linalg.norm(s)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("gain", [1.0, 0.25, 8.0])
@pytest.mark.parametrize("share", [0.9, 0.1, 1e-4])
def test_the_dfi_asked_for_is_reached_and_not_undercut(
    rng: np.random.Generator, shape: tuple[int, int], gain: float, share: float
) -> None:
    W = rng.standard_normal(shape)
    bound = share * float(fire_ref.dfi(W, gain=gain))
    V = fire_ref.relax(W, dfi=bound, gain=gain)
    assert abs(fire_ref.dfi(V, gain=gain) - bound) <= dfi_error(V, gain)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("condition", [1.0, 2.0, 50.0])
def test_the_condition_asked_for_is_reached(rng: np.random.Generator, shape: tuple[int, int], condition: float) -> None:
    p = min(shape)
    U, V, s = orthonormal(rng, shape[0], p), orthonormal(rng, shape[1], p), np.geomspace(3.0, 0.001, p)
    X = fire_ref.relax(moved(U, s, V), condition=condition)
    reached = np.linalg.svd(X)[1]
    # Each end is off by at most the residual of the largest value.
    error = residual_bound(p, EPS64) * reached[0]
    assert reached[0] <= condition * (reached[-1] + error) + error
    assert np.abs(reached - clipped(s, condition)).max() <= 4 * error


def test_the_condition_takes_no_notice_of_the_gain(rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 3))
    np.testing.assert_array_equal(fire_ref.relax(W, condition=1.5, gain=7.0), fire_ref.relax(W, condition=1.5))


@pytest.mark.parametrize(
    "how", [{"weight": 0.0}, {"dfi": np.inf}, {"dfi": 1e9}, {"condition": np.inf}, {"condition": 1e9}]
)
def test_w_comes_back_bit_for_bit_where_nothing_is_to_be_done(
    arrays: Backend, rng: np.random.Generator, how: dict[str, float]
) -> None:
    for dtype in arrays.precisions:
        for shape in ((6, 4), (2, 3, 4)):
            W = arrays.make(rng.standard_normal(shape), dtype)
            V = fire_ref.relax(W, **how)
            assert V.dtype == W.dtype
            np.testing.assert_array_equal(arrays.host(V), arrays.host(W))


def test_its_own_dfi_and_condition_ask_for_nothing() -> None:
    W = np.diag([2.0, 0.5])
    np.testing.assert_array_equal(fire_ref.relax(W, dfi=float(fire_ref.dfi(W))), W)
    np.testing.assert_array_equal(fire_ref.relax(W, condition=4.0), W)
    np.testing.assert_array_equal(fire_ref.relax(np.eye(3, 2), dfi=0.0), np.eye(3, 2))


@pytest.mark.parametrize("how", [{"weight": np.inf}, {"dfi": 0.0}])
def test_the_far_end_is_gain_times_the_polar_factor(
    arrays: Backend, rng: np.random.Generator, how: dict[str, float]
) -> None:
    for shape in ((6, 4), (4, 6), (2, 5, 3)):
        W = arrays.make(
            with_spectrum(rng, *shape[-2:], np.linspace(2, 1, min(shape[-2:]))) + np.zeros(shape),
            arrays.widest,
        )
        V = arrays.host(fire_ref.relax(W, gain=3.0, **how))
        Q = arrays.host(fire_ref.polar_factor(W))
        p, eps = min(shape[-2:]), EPS[arrays.widest]
        assert np.linalg.norm(V - 3 * Q, axis=(-2, -1)).max() <= 3 * distance_bound(p, eps, 2.0)


def test_single_precision_is_moved_in_double_and_rounded_once(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 6, 4, np.geomspace(1, 1e-6, 4)).astype(np.float32)
    for how in ({"weight": 2.0}, {"dfi": 0.5}, {"condition": 3.0}):
        V = fire_ref.relax(W, **how)
        assert V.dtype == np.float32
        np.testing.assert_array_equal(V, fire_ref.relax(W.astype(np.float64), **how).astype(np.float32))


@pytest.mark.parametrize("how", [{"weight": 2.0}, {"dfi": 2.0}, {"condition": 3.0}])
def test_each_matrix_of_a_stack_is_moved_by_itself(rng: np.random.Generator, how: dict[str, float]) -> None:
    W = rng.standard_normal((2, 3, 5, 3))
    W[1, 0] = np.eye(5, 3)
    V = fire_ref.relax(W, **how)
    for i in np.ndindex(2, 3):
        alone = fire_ref.relax(W[i], **how)
        # Same values, same vectors: only the products may be ordered differently.
        assert np.linalg.norm(V[i] - alone) <= residual_bound(3, EPS64) * np.linalg.norm(alone)
    if "weight" not in how:
        np.testing.assert_array_equal(V[1, 0], W[1, 0])  # the isometry needs nothing; its neighbours moved
        assert (V[0] != W[0]).any()


def test_zero_singular_values_leave_along_the_completed_vectors(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 6, 4, np.array([2.0, 1.0, 0.0, 0.0]))
    V = fire_ref.relax(W, weight=1.0)
    reached = np.linalg.svd(V)[1]
    wanted = np.sort(root(np.array([2.0, 1.0, 0.0, 0.0]), 1.0))[::-1]
    # A computed zero of size e is lifted to v(0) + e / (4 lam - 2), no further.
    assert np.abs(reached - wanted).max() <= 4 * residual_bound(4, EPS64) * np.linalg.norm(W)
    assert np.linalg.matrix_rank(fire_ref.relax(W, weight=0.25), tol=1e3 * EPS64) == 2
    assert np.linalg.svd(fire_ref.relax(W, condition=5.0))[1].min() > 0.1


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_extreme_scales_stay_finite(rng: np.random.Generator, scale: float) -> None:
    W = scale * with_spectrum(rng, 5, 3, np.array([3.0, 2.0, 1.0]))
    for how in ({"weight": 1.0}, {"dfi": 1e-3}, {"weight": np.inf}):
        assert np.isfinite(fire_ref.relax(W, **how)).all()
    V = fire_ref.relax(W, condition=1.0)
    np.testing.assert_allclose(np.linalg.norm(V / scale), 2.0 * 3**0.5, rtol=residual_bound(3, EPS64))
    V = fire_ref.relax(W, weight=1.0, gain=scale)
    assert np.linalg.norm(V / scale - fire_ref.relax(W / scale, weight=1.0)) <= 4 * residual_bound(3, EPS64) * 14**0.5


def state_of(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "first.weight": rng.standard_normal((6, 4)),
        "first.bias": rng.standard_normal(6),
        "conv.weight": rng.standard_normal((3, 2, 2, 2)),
        "conv.steps": np.array(12),
        "table": np.arange(6).reshape(2, 3),
        "last.weight": rng.standard_normal((2, 6)).astype(np.float32),
    }


WEIGHTS = ("first.weight", "conv.weight", "last.weight")


def test_what_is_no_weight_comes_back_as_the_same_object(rng: np.random.Generator) -> None:
    state = state_of(rng)
    before = {name: value.copy() for name, value in state.items()}
    moved_state = fire_ref.relax(state, weight=1.0)
    assert list(moved_state) == list(state)
    for name, value in state.items():
        np.testing.assert_array_equal(value, before[name])
        assert (moved_state[name] is value) == (name not in WEIGHTS)
        assert moved_state[name].dtype == value.dtype
        assert moved_state[name].shape == value.shape


def test_the_layers_of_a_state_share_the_weight_given(rng: np.random.Generator) -> None:
    state = state_of(rng)
    moved_state = fire_ref.relax(state, weight=0.7, gain=2.0)
    for name in ("first.weight", "last.weight"):
        np.testing.assert_array_equal(moved_state[name], fire_ref.relax(state[name], weight=0.7, gain=2.0))


def test_a_kernel_of_a_state_is_moved_tap_by_tap(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((3, 2, 2, 2))
    for how in ({"weight": np.inf}, {"weight": 1.0}, {"condition": 1.5}):
        V = fire_ref.relax({"conv": kernel}, **how)["conv"]
        for i, j in np.ndindex(2, 2):
            alone = fire_ref.relax(kernel[:, :, i, j], **how)
            assert np.linalg.norm(V[:, :, i, j] - alone) <= residual_bound(2, EPS64) * np.linalg.norm(alone)


def test_a_bound_on_the_whole_network_is_met_with_one_multiplier(rng: np.random.Generator) -> None:
    state = state_of(rng)
    before = sum(float(fire_ref.dfi(state[name], layout="OIHW"[: state[name].ndim]).sum()) for name in WEIGHTS)
    after_state = fire_ref.relax(state, dfi=before / 10)
    after, slack, weights = 0.0, 0.0, []
    for name in WEIGHTS:
        W, V = (x[name] if x[name].ndim == 2 else x[name].transpose(2, 3, 0, 1) for x in (state, after_state))
        for w, v in zip(W.reshape(-1, *W.shape[-2:]), V.reshape(-1, *V.shape[-2:]), strict=True):
            after += float(fire_ref.dfi(v))
            slack += dfi_error(v, 1.0, EPS[str(v.dtype)])
            s, x = (np.linalg.svd(matrix.astype(np.float64))[1] for matrix in (w, v))
            far = np.abs(s - x).argmax()
            weights.append((s[far] - x[far]) / (2 * x[far] * (x[far] ** 2 - 1)))
    assert abs(after - before / 10) <= slack
    # Solved back from singular values rounded to float32, each a thousandth from the ends at least.
    assert np.ptp(weights) <= 1e3 * residual_bound(4, EPS["float32"]) * np.max(weights)


def test_a_state_below_its_bound_comes_back_bit_for_bit(rng: np.random.Generator) -> None:
    state = state_of(rng)
    for how in ({"dfi": 1e9}, {"weight": 0.0}, {"condition": 1e12}):
        same = fire_ref.relax(state, **how)
        for name, value in state.items():
            np.testing.assert_array_equal(same[name], value)


def test_a_state_of_tensors_stays_one(rng: np.random.Generator) -> None:
    torch = available("torch")
    state = {"weight": torch.tensor(rng.standard_normal((4, 3)), requires_grad=True), "bias": torch.zeros(4)}
    after = fire_ref.relax(state, weight=np.inf)
    assert after["bias"] is state["bias"]
    assert isinstance(after["weight"], torch.Tensor)
    assert not after["weight"].requires_grad
    assert float(fire_ref.dfi(after["weight"])) <= residual_bound(3, EPS64) ** 2


def test_a_kernel_with_three_axes_is_refused_in_a_state_and_a_stack_outside() -> None:
    with pytest.raises(ValueError, match=r"relax: W\['conv1d'\] must have 2, 4 or 5 axes"):
        fire_ref.relax({"linear": np.eye(2), "conv1d": np.ones((2, 2, 3))}, weight=1.0)
    assert fire_ref.relax(np.ones((2, 2, 3)), weight=1.0).shape == (2, 2, 3)


@pytest.mark.parametrize("how", [{}, {"dfi": 1.0, "weight": 1.0}, {"dfi": 1.0, "condition": 2.0}])
def test_exactly_one_bound_is_taken(how: dict[str, float]) -> None:
    with pytest.raises(TypeError, match="relax: one of dfi, weight, condition must be given, and only one"):
        fire_ref.relax(np.eye(2), **how)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"dfi": -1.0}, "dfi must be a number >= 0"),
        ({"weight": -1e-9}, "weight must be a number >= 0"),
        ({"weight": np.nan}, "weight must be a number >= 0"),
        ({"condition": 0.5}, "condition must be a number >= 1"),
        ({"dfi": 1.0, "gain": 0.0}, "gain must be a finite number > 0"),
        ({"dfi": 1.0, "gain": np.inf}, "gain must be a finite number > 0"),
    ],
)
def test_a_bound_out_of_range_is_refused(how: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=f"^relax: {message}"):
        fire_ref.relax(np.eye(2), **how)


def test_nan_is_named() -> None:
    with pytest.raises(ValueError, match=r"relax: W must be finite; got nan at index \(0, 1\)"):
        fire_ref.relax(np.array([[1.0, np.nan]]), weight=1.0)


HUGE = np.array([[1.7e308, 1.7e308], [1.7e308, -1e308]])  # its largest singular value is beyond float64


def test_a_condition_needs_no_singular_value_in_the_units_of_w() -> None:
    V = fire_ref.relax(HUGE, condition=1.1)
    s = np.linalg.svd(V / 2.0**1000, compute_uv=False)
    assert s[0] / s[-1] <= 1.1 * (1 + residual_bound(2, EPS["float64"]))


def test_a_bound_on_dfi_holds_tightly_at_the_edge_of_float64() -> None:
    V = fire_ref.relax(HUGE, dfi=0.5, gain=1e308)
    assert float(fire_ref.dfi(V, gain=1e308)) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fire_ref.relax(HUGE, weight=1.0),
        lambda: fire_ref.front(HUGE),
        lambda: fire_ref.excess(HUGE, HUGE),
        lambda: fire_ref.front({"huge": HUGE}),
    ],
)
def test_singular_values_beyond_float64_are_refused_and_not_nan(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must have singular values that float64 can hold, over the gain 1; got"):
        call()


def test_a_gain_far_from_the_weights_is_applied_before_rounding_to_float32(arrays: Backend) -> None:
    W = arrays.make(1e-10 * np.array([[1.0, 2.0], [0.5, -1.0]]), "float32")
    V = arrays.host(fire_ref.relax(W, weight=0.01, gain=1e30))
    wanted = fire_ref.relax(arrays.host(W), weight=0.01, gain=1e30)
    assert np.linalg.norm(V - wanted) <= 2 * residual_bound(2, EPS["float32"]) * np.linalg.norm(wanted)
