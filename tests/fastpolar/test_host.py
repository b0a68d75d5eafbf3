"""polar_factor(method="fast") on the host: dtypes, scales, stacks, refusals."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..backends import Backend
from ..strategies import with_spectrum
from .families import residuals


@pytest.mark.usefixtures("iterated")
@pytest.mark.parametrize("shape", [(20, 20), (70, 20), (20, 30), (2, 3, 9, 7), (2, 70, 66), (1, 1), (5, 1, 1)])
def test_every_backend_gets_its_own_back(arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal(shape), dtype)
        before = arrays.host(W)
        Q = fire_ref.polar_factor(W, method="fast")
        assert type(Q) is type(W)
        assert (Q.dtype, Q.shape) == (W.dtype, W.shape)
        np.testing.assert_array_equal(arrays.host(W), before)
        found = arrays.host(Q).reshape(-1, *shape[-2:])
        for i, Qi in enumerate(found):
            small = Qi.T @ Qi if shape[-2] >= shape[-1] else Qi @ Qi.T
            assert np.linalg.norm(small - np.eye(len(small))) <= residual_bound(len(small), EPS[dtype]), i


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_single_and_rounded_once(rng: np.random.Generator, dtype: str) -> None:
    W = rng.standard_normal((6, 4)).astype(getattr(ml_dtypes, dtype, dtype))
    truth = fire_ref.polar_factor(W.astype(np.float32), method="fast")
    np.testing.assert_array_equal(fire_ref.polar_factor(W, method="fast"), truth.astype(W.dtype))


@pytest.mark.usefixtures("iterated")
@pytest.mark.parametrize(("dtype", "most"), [("float64", 1000), ("float32", 120)])
@pytest.mark.parametrize("shape", [(24, 24), (90, 24), (24, 40), (2, 9, 7), (2, 66, 65)])
@pytest.mark.parametrize("spread", [1, 3, 7])
def test_a_power_of_two_does_not_change_one_bit(dtype: str, most: int, shape: tuple[int, ...], spread: int) -> None:
    rng = np.random.default_rng(spread)
    W = np.round(rng.standard_normal(shape) * 10.0 ** -np.linspace(0, spread, shape[-1]) * 2.0**20) / 2.0**20
    W = W.astype(dtype) + np.eye(*shape[-2:], dtype=dtype) / 1024
    Q = fire_ref.polar_factor(W, method="fast")
    for k in (-5, 1, 7, 9, 31, 40, most, 12 - most if dtype == "float32" else -900):
        scaled = np.ldexp(W, k)
        exact = np.isfinite(scaled).all() and (np.ldexp(scaled, -k) == W).all()
        assert not exact or (fire_ref.polar_factor(scaled, method="fast") == Q).all(), k


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_subnormal_and_enormous_values(rng: np.random.Generator, dtype: str) -> None:
    W = rng.integers(-16, 17, (6, 4)).astype(dtype)
    tiny, huge = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max / 32
    Q = fire_ref.polar_factor(W, method="fast")
    np.testing.assert_array_equal(fire_ref.polar_factor(W * tiny, method="fast"), Q)
    assert max(residuals(fire_ref.polar_factor(W * huge, method="fast"), W)) <= 1


@pytest.mark.usefixtures("iterated")
def test_it_agrees_with_the_svd_matrix_by_matrix(rng: np.random.Generator) -> None:
    W = np.stack([with_spectrum(rng, 80, 70, np.geomspace(1, c, 70)) for c in (0.5, 1e-2, 1e-4)])
    fast, slow = fire_ref.polar_factor(W, method="fast"), fire_ref.polar_factor(W)
    assert np.linalg.norm(fast - slow, axis=(-2, -1)).max() <= 1e4 * residual_bound(70, EPS["float64"])
    np.testing.assert_array_equal(fast[1], fire_ref.polar_factor(W[1], method="fast"))


@pytest.mark.parametrize("shape", [(5, 5), (300, 300), (2, 80, 80), (3, 4, 4)])
def test_nan_is_named_when_checked_and_an_error_of_linear_algebra_when_not(shape: tuple[int, ...]) -> None:
    W = np.ones(shape)
    W[..., 2, 1] = np.nan
    with pytest.raises(ValueError, match="polar_factor: W must be finite; got nan at index"):
        fire_ref.polar_factor(W, method="fast")
    with pytest.raises(np.linalg.LinAlgError):
        fire_ref.polar_factor(W, method="fast", check=False)


def test_read_only_strided_and_foreign_byte_order(rng: np.random.Generator) -> None:
    W = rng.standard_normal((300, 300))
    Q = fire_ref.polar_factor(W, method="fast")
    W.flags.writeable = False
    np.testing.assert_array_equal(fire_ref.polar_factor(W, method="fast"), Q)
    np.testing.assert_array_equal(fire_ref.polar_factor(W.astype(">f8"), method="fast"), Q)
    assert max(residuals(fire_ref.polar_factor(W[::-1, ::-1], method="fast"), W[::-1, ::-1])) <= 1


def test_fire_takes_it(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 2))
    assert np.abs(fire_ref.fire(W, method="fast") - fire_ref.fire(W)).max() <= 1e-12


@pytest.mark.parametrize("power", [0, 1, 40, 65, 68, 100])
def test_entries_that_float32_would_lose_on_the_way_count(power: int) -> None:
    W = np.zeros((3, 3), np.float32)
    W[0, 0], W[1:, 1:] = 1, np.ldexp(np.array([[3, -5], [1, 2]], np.float32), -149)
    Q = fire_ref.polar_factor(np.ldexp(W, power), method="fast")
    np.testing.assert_allclose(Q, fire_ref.polar_factor(W), atol=1e-6)
    np.testing.assert_array_equal(Q, fire_ref.polar_factor(W, method="fast"))
