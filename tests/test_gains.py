"""The four gains: what each promises, at every scale and in every precision."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend, available

METHODS = ["svd", "fast", "newton-schulz"]


@pytest.mark.parametrize(("shape", "gain"), [((8, 2), 2.0), ((2, 8), 0.5), ((3, 3), 1.0), ((4, 1, 2, 2), 0.5)])
def test_fan_is_the_root_of_outputs_over_inputs_by_the_area(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...], gain: float
) -> None:
    W = arrays.make(rng.standard_normal(shape), arrays.widest)
    assert np.array_equal(arrays.host(fire_ref.fire(W)), gain * arrays.host(fire_ref.fire(W, gain=1.0)))


def test_fan_divides_by_the_area_and_not_by_its_root(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 1, 2, 8))
    V = fire_ref.fire(W)
    taps = np.linalg.norm(V, axis=(0, 1))
    assert np.max(np.abs(taps - 2 / 16)) <= residual_bound(1, EPS["float64"]) * 2 / 16


@pytest.mark.parametrize("method", METHODS)
def test_norm_keeps_the_norm_of_every_matrix(arrays: Backend, rng: np.random.Generator, method: str) -> None:
    W = rng.standard_normal((3, 5, 4)) * np.array([1.0, 10.0, 0.1])[:, None, None]
    V = fire_ref.fire(arrays.make(W, arrays.widest), layout="bOI", gain="norm", method=method)
    before, after = (np.linalg.norm(M, axis=(-2, -1)) for M in (W, arrays.host(V)))
    assert np.all(np.abs(after - before) <= residual_bound(4, EPS[arrays.widest]) * before)


def test_mean_is_the_mean_singular_value_when_exact(arrays: Backend, rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 5, 4))
    V = arrays.host(fire_ref.fire(arrays.make(W, arrays.widest), layout="bOI", gain="mean"))
    c = np.linalg.norm(V, axis=(-2, -1)) / 2
    mean = np.linalg.svd(W, compute_uv=False).mean(axis=-1)
    assert np.all(np.abs(c - mean) <= residual_bound(4, EPS[arrays.widest]) * mean)


@pytest.mark.parametrize("steps", [1, 5, 30])
@pytest.mark.parametrize("method", METHODS)
def test_mean_is_the_gain_that_moves_least(rng: np.random.Generator, method: str, steps: int) -> None:
    W = rng.standard_normal((5, 3))
    V = fire_ref.fire(W, gain="mean", method=method, steps=steps)
    least = fire_ref.sfe(W, V)
    for other in (0.99, 1.01):
        assert least < fire_ref.sfe(W, other * V)
    for gain in ("fan", "norm", 1.0):
        assert least < fire_ref.sfe(W, fire_ref.fire(W, gain=gain, method=method, steps=steps))


@pytest.mark.parametrize("gain", [0.5, 2, np.float32(4.0), np.int64(2), np.array(0.25)])
def test_a_number_of_any_type_is_taken_as_it_is(arrays: Backend, rng: np.random.Generator, gain: Any) -> None:
    W = arrays.make(rng.standard_normal((4, 3, 2, 2)), arrays.widest)
    V = fire_ref.fire(W, gain=gain)
    assert V.dtype == W.dtype
    assert np.array_equal(arrays.host(V), float(gain) * arrays.host(fire_ref.fire(W, gain=1.0)))


def test_a_zero_dimensional_tensor_is_a_number(rng: np.random.Generator) -> None:
    torch = available("torch")
    W = rng.standard_normal((4, 3))
    assert np.array_equal(fire_ref.fire(W, gain=torch.tensor(2.0)), fire_ref.fire(W, gain=2.0))


@pytest.mark.parametrize("gain", ["norm", "mean"])
@pytest.mark.parametrize("method", METHODS)
def test_gains_from_the_weight_follow_its_scale_bit_for_bit(
    arrays: Backend, rng: np.random.Generator, gain: str, method: str
) -> None:
    W = np.asarray(rng.integers(1, 64, (5, 3)) / 8.0)
    far = {"float64": 900, "float32": 100}[arrays.widest]
    near = arrays.host(fire_ref.fire(arrays.make(W, arrays.widest), gain=gain, method=method))
    for k in (-far, far):
        V = fire_ref.fire(arrays.make(np.ldexp(W, k), arrays.widest), gain=gain, method=method)
        assert np.array_equal(arrays.host(V), np.ldexp(near, k))


@pytest.mark.parametrize("gain", ["norm", "mean"])
def test_a_zero_weight_stays_zero_although_its_factor_does_not(arrays: Backend, gain: str) -> None:
    assert not arrays.host(fire_ref.fire(arrays.make(np.zeros((3, 2)), arrays.widest), gain=gain)).any()


def test_one_zero_matrix_of_a_stack_leaves_the_others_alone(arrays: Backend, rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 2))
    alone = fire_ref.fire(arrays.make(W[:1], arrays.widest), layout="bOI", gain="norm")
    W[1] = 0
    both = arrays.host(fire_ref.fire(arrays.make(W, arrays.widest), layout="bOI", gain="norm"))
    assert np.array_equal(both[:1], arrays.host(alone))
    assert not both[1].any()


def test_a_gain_beyond_the_range_of_the_dtype_gives_inf_without_a_warning(arrays: Backend) -> None:
    if "float16" not in arrays.precisions:
        pytest.skip("no float16 here")
    V = arrays.host(fire_ref.fire(arrays.make(np.eye(2), "float16"), gain=1e6))
    assert np.array_equal(np.diag(V), [np.inf, np.inf])
    assert not V[0, 1]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_gain_and_factor_are_rounded_once(arrays: Backend, rng: np.random.Generator, dtype: str) -> None:
    if dtype not in arrays.precisions or arrays.widest != "float64":
        pytest.skip("no such dtype, or no wider one")
    W = arrays.make(rng.standard_normal((5, 3)), dtype)
    wide = fire_ref.fire(arrays.make(arrays.host(W), "float64"), gain=sqrt(2))
    via = "float32" if dtype == "bfloat16" else dtype  # every library casts to bfloat16 through float32
    rounded = arrays.make(arrays.host(arrays.make(arrays.host(wide), via)), dtype)
    assert np.array_equal(arrays.host(fire_ref.fire(W, gain=sqrt(2))), arrays.host(rounded))


@pytest.mark.parametrize("gain", ["", "Fan", "fan ", "max", "1.0"])
def test_an_unknown_name_lists_the_known_ones(gain: str) -> None:
    with pytest.raises(ValueError, match=r"^fire: gain must be 'fan', 'norm', 'mean' or a positive number; got '"):
        fire_ref.fire(np.eye(2), gain=gain)


@pytest.mark.parametrize("gain", [0, 0.0, -1, np.nan, np.inf, -np.inf, pytest.param(10**400, id="huge")])
def test_a_gain_that_is_not_positive_and_finite_is_a_value_error(gain: float) -> None:
    with pytest.raises(ValueError, match=r"^fire: gain must be a finite number > 0; got "):
        fire_ref.fire(np.eye(2), gain=gain)


@pytest.mark.parametrize("gain", [None, True, 1j, [1.0], (1.0,), {"fan": 1}, b"fan", np.array([1.0, 2.0])])
def test_a_gain_that_is_no_number_is_a_type_error(gain: Any) -> None:
    with pytest.raises(TypeError, match=r"^fire: gain must be "):
        fire_ref.fire(np.eye(2), gain=gain)
