"""polar_factor and polar_decomposition: accuracy at every conditioning, rank, scale, and on every backend."""

from __future__ import annotations

from functools import partial
from typing import Any

import array_api_compat
import numpy as np
import pytest

import fire_ref
from fire_ref.polar import METHODS
from fire_ref.tolerances import EPS, distance_bound, residual_bound

from .backends import Backend
from .strategies import orthonormal, with_spectrum

Host = np.ndarray[Any, np.dtype[Any]]
EPS64 = EPS["float64"]
SHAPES = [(9, 5), (5, 9), (6, 6), (1, 4), (4, 1), (1, 1)]


def small_gram(Q: Host) -> Host:
    transposed = np.swapaxes(Q, -1, -2)
    return transposed @ Q if Q.shape[-2] >= Q.shape[-1] else Q @ transposed


def orthonormality(Q: Host) -> float:
    return float(np.linalg.norm(small_gram(Q) - np.eye(min(Q.shape[-2:])), axis=(-2, -1)).max())


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (6, 6), (3, 2, 5, 4)])
def test_same_namespace_dtype_and_residual_on_every_backend(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, ...]
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal(shape), dtype)
        Q = fire_ref.polar_factor(W)
        assert type(Q) is type(W)
        assert Q.dtype == W.dtype
        assert orthonormality(arrays.host(Q)) <= residual_bound(min(shape[-2:]), EPS[dtype])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e16])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_factor_is_orthonormal_and_optimal_at_every_condition_number(
    rng: np.random.Generator, shape: tuple[int, int], condition: float, method: str
) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    p = min(shape)
    W = with_spectrum(rng, *shape, np.geomspace(1, 1 / condition, p))
    Q = factor(W)
    assert orthonormality(Q) <= residual_bound(p, EPS64)
    # Q is the nearest isometry if and only if Q^T W is symmetric positive semidefinite; ||Q H - W|| bounds both.
    product = Q.T @ W if shape[0] >= shape[1] else W @ Q.T
    bound = 2 * residual_bound(p, EPS64) * np.linalg.norm(W)
    assert np.linalg.norm(product - product.T) <= bound
    assert np.linalg.eigvalsh((product + product.T) / 2).min() >= -bound


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e16])
@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6)])
def test_the_distance_to_the_known_factor_follows_the_condition_number(
    rng: np.random.Generator, shape: tuple[int, int], condition: float, method: str
) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    p = min(shape)
    U, V = orthonormal(rng, shape[0], p), orthonormal(rng, shape[1], p)
    Q = factor((U * np.geomspace(1, 1 / condition, p)) @ V.T)
    assert np.linalg.norm(Q - U @ V.T) <= distance_bound(p, EPS64, condition)


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e6])
def test_single_precision_is_the_double_precision_factor_rounded_once(
    arrays: Backend, rng: np.random.Generator, condition: float
) -> None:
    W = arrays.make(with_spectrum(rng, 9, 5, np.geomspace(1, 1 / condition, 5)), "float32")
    host = arrays.host(W)
    U, s, Vh = np.linalg.svd(host, full_matrices=False)
    error = np.linalg.norm(arrays.host(fire_ref.polar_factor(W)) - U @ Vh)
    if arrays.widest == "float64":
        # One rounding of entries of at most 1, and LAPACK's error in double precision.
        assert error <= EPS["float32"] * 5**0.5 + 2 * distance_bound(5, EPS64, s[0] / s[-1])
        assert error <= residual_bound(5, EPS["float32"])
    else:
        assert error <= distance_bound(5, EPS["float32"], s[0] / s[-1])


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_an_ill_conditioned_low_precision_matrix_has_its_double_precision_factor_to_the_bit(
    rng: np.random.Generator, dtype: str
) -> None:
    W = with_spectrum(rng, 8, 8, np.geomspace(1, 1e-16, 8)).astype(dtype)
    truth = fire_ref.polar_factor(W.astype(np.float64))
    Q = fire_ref.polar_factor(W)
    np.testing.assert_array_equal(Q, truth.astype(dtype))
    assert np.linalg.norm(Q - truth) <= residual_bound(8, EPS[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_thirty_orders_apart_are_both_resolved(dtype: str) -> None:
    W = np.array([[0, -1e-30, 0], [1, 0, 0], [0, 0, -1e-15]], dtype=dtype)
    np.testing.assert_array_equal(fire_ref.polar_factor(W), np.sign(W))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6)])
def test_a_rank_deficient_matrix_gets_an_isometry_that_agrees_where_it_is_determined(
    rng: np.random.Generator, shape: tuple[int, int], method: str
) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    p, rank = min(shape), 3
    U, V = orthonormal(rng, shape[0], p), orthonormal(rng, shape[1], p)
    s = np.array([1.0, 0.5, 0.25])
    Q = factor((U[:, :rank] * s) @ V[:, :rank].T)
    assert orthonormality(Q) <= residual_bound(p, EPS64)
    # On the row space Q is U V^T; the gap to the null space is s_r = 1/4, so the condition number is 4.
    assert np.linalg.norm(Q @ V[:, :rank] - U[:, :rank]) <= distance_bound(p, EPS64, 4.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(9, 5), (5, 9)])
def test_a_zero_matrix_gets_the_same_isometry_every_time(arrays: Backend, shape: tuple[int, int], method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    W = arrays.make(np.zeros(shape), arrays.widest)
    Q = arrays.host(factor(W))
    assert orthonormality(Q) <= residual_bound(min(shape), EPS[arrays.widest])
    np.testing.assert_array_equal(Q, arrays.host(factor(W)))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_input_gives_the_same_bits_twice(arrays: Backend, rng: np.random.Generator, method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    for dtype in arrays.precisions:
        W = arrays.make(with_spectrum(rng, 9, 5, np.r_[np.ones(2), np.zeros(3)]), dtype)
        first, second = arrays.host(factor(W)), arrays.host(factor(W))
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("dtype", "k"), [("float64", 1000), ("float64", -1000), ("float32", 120), ("float32", -120)])
def test_a_power_of_two_does_not_change_one_bit(
    arrays: Backend, rng: np.random.Generator, dtype: str, k: int, method: str
) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    if dtype not in arrays.precisions:
        pytest.skip(f"{arrays.name} has no {dtype}")
    # Whole numbers up to 16, so that no scaled entry leaves the normal range.
    W = rng.integers(-16, 17, (6, 4)).astype(np.float64)
    Q = arrays.host(factor(arrays.make(W, dtype)))
    np.testing.assert_array_equal(arrays.host(factor(arrays.make(np.ldexp(W, k), dtype))), Q)


@pytest.mark.parametrize("method", METHODS)
def test_a_subnormal_matrix_has_the_factor_of_the_numbers_it_holds(rng: np.random.Generator, method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    W = rng.integers(-16, 17, (6, 4)).astype(np.float64)
    np.testing.assert_array_equal(factor(W * 5e-324), factor(W))


def test_the_factor_of_the_transpose_is_the_transpose(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 7, 4, np.linspace(1, 0.5, 4))
    difference = fire_ref.polar_factor(W.T) - fire_ref.polar_factor(W).T
    assert np.linalg.norm(difference) <= 2 * distance_bound(4, EPS64, 2.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_stack_is_treated_matrix_by_matrix(rng: np.random.Generator, method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    W = rng.standard_normal((2, 3, 5, 4)) * np.array([1e300, 1.0, 1e-300])[:, None, None]
    Q = factor(W)
    for i in np.ndindex(2, 3):
        s = np.linalg.svd(W[i] / np.abs(W[i]).max())[1]
        difference = np.linalg.norm(Q[i] - factor(W[i]))
        assert difference <= 2 * distance_bound(4, EPS64, s[0] / s[-1])


@pytest.mark.parametrize("method", METHODS)
def test_a_dead_row_of_a_tall_matrix_stays_dead(rng: np.random.Generator, method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    W = with_spectrum(rng, 8, 4, np.linspace(1, 0.5, 4))
    W[3] = 0
    assert np.linalg.norm(factor(W)[3]) <= residual_bound(4, EPS64)


@pytest.mark.parametrize("method", ["quick", "qr", None])
def test_a_method_that_does_not_exist_is_refused(method: Any) -> None:
    with pytest.raises(ValueError, match="polar_factor: method must be one of"):
        fire_ref.polar_factor(np.eye(2), method=method)


@pytest.mark.parametrize("function", [fire_ref.polar_factor, fire_ref.polar_decomposition])
def test_nan_is_named_by_function_and_index(arrays: Backend, function: Any) -> None:
    values = np.ones((3, 2))
    values[2, 1] = np.nan
    with pytest.raises(ValueError, match=rf"{function.__name__}: W must be finite; got nan at index \(2, 1\)"):
        function(arrays.make(values, arrays.widest))


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e16, np.inf])
@pytest.mark.parametrize("shape", SHAPES)
def test_q_times_h_is_w_and_h_is_symmetric_positive_semidefinite(
    rng: np.random.Generator, shape: tuple[int, int], condition: float
) -> None:
    p = min(shape)
    spectrum = np.ones(p) if np.isinf(condition) else np.geomspace(1, 1 / condition, p)
    spectrum[p // 2 + 1 :] *= np.isfinite(condition)
    W = 3 * with_spectrum(rng, *shape, spectrum)
    Q, H, _, _ = fire_ref.polar_decomposition(W)
    bound = residual_bound(p, EPS64) * np.linalg.norm(W)
    assert H.shape == (p, p)
    assert np.linalg.norm((Q @ H if shape[0] >= shape[1] else H @ Q) - W) <= bound
    np.testing.assert_array_equal(H, H.T)
    assert np.linalg.eigvalsh(H).min() >= -bound
    assert orthonormality(Q) <= residual_bound(p, EPS64)


def test_the_decomposition_has_the_callers_dtype_but_wide_singular_values(
    arrays: Backend, rng: np.random.Generator
) -> None:
    wide = arrays.make(np.ones((1, 1)), arrays.widest).dtype
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((2, 6, 4)), dtype)
        Q, H, s, rank = fire_ref.polar_decomposition(W)
        assert Q.dtype == H.dtype == W.dtype
        assert s.dtype == wide
        assert [tuple(x.shape) for x in (Q, H, s, rank)] == [(2, 6, 4), (2, 4, 4), (2, 4), (2,)]
        w, product = arrays.host(W), arrays.host(Q) @ arrays.host(H)
        error = np.linalg.norm(product - w, axis=(-2, -1)) / np.linalg.norm(w, axis=(-2, -1))
        assert error.max() <= residual_bound(4, EPS[dtype])
        truth = np.linalg.svd(w)[1]
        # Backward stable: each value within the residual of the largest (Weyl).
        assert np.abs(arrays.host(s) - truth).max() <= residual_bound(4, EPS[arrays.widest]) * truth.max()


@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1e300])
def test_h_and_s_come_back_in_the_units_of_w(rng: np.random.Generator, scale: float) -> None:
    W = with_spectrum(rng, 6, 4, np.array([4.0, 3.0, 2.0, 1.0])) * scale
    _, H, s, rank = fire_ref.polar_decomposition(W)
    # Below 2^-1022 the entries of W themselves are multiples of 2^-1074.
    slack = residual_bound(4, EPS64) * 4.0 + 24 * 5e-324 / scale
    assert np.abs(s / scale - [4.0, 3.0, 2.0, 1.0]).max() <= slack
    assert abs(np.trace(H) / scale - 10.0) <= 4 * slack
    assert rank == 4


def test_the_rank_of_one_matrix_is_an_int_and_of_a_stack_an_integer_array(arrays: Backend) -> None:
    W = arrays.make(np.stack([np.diag([2.0, 1.0, 0.0]), np.zeros((3, 3))]), arrays.widest)
    one, stack = fire_ref.polar_decomposition(W[0, ...]).rank, fire_ref.polar_decomposition(W).rank
    assert type(one) is int
    assert one == 2
    assert array_api_compat.array_namespace(W).isdtype(stack.dtype, "integral")
    assert arrays.host(stack).tolist() == [2, 0]


def test_an_unchecked_rank_is_an_array_that_reads_nothing_back(arrays: Backend) -> None:
    rank = fire_ref.polar_decomposition(arrays.make(np.eye(3), arrays.widest), check=False).rank
    assert not isinstance(rank, int)
    assert int(rank) == 3


@pytest.mark.parametrize(("rtol", "rank"), [(None, 3), (0.0, 3), (1e-3, 2), (0.5, 1), (1.0, 0)])
def test_rtol_decides_what_counts(rtol: float | None, rank: int) -> None:
    W = np.diag([1.0, -0.25, 1e-9])
    assert fire_ref.polar_decomposition(W, rtol=rtol).rank == rank


def test_the_default_rank_ignores_rounding_noise(rng: np.random.Generator) -> None:
    for dtype in ("float64", "float32", "float16"):
        W = with_spectrum(rng, 40, 20, np.r_[np.linspace(1, 0.5, 7), np.zeros(13)]).astype(dtype)
        assert fire_ref.polar_decomposition(W).rank == 7


def test_a_negative_rtol_is_refused() -> None:
    with pytest.raises(ValueError, match="polar_decomposition: rtol must be a finite number >= 0"):
        fire_ref.polar_decomposition(np.eye(2), rtol=-1.0)


@pytest.mark.parametrize("method", METHODS)
def test_inputs_are_not_modified(rng: np.random.Generator, method: str) -> None:
    factor = partial(fire_ref.polar_factor, method=method)
    W = rng.standard_normal((5, 3))
    before = W.copy()
    fire_ref.polar_decomposition(W)
    factor(W)
    np.testing.assert_array_equal(W, before)
