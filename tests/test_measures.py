"""sfe and dfi against plain loops in float64, at every side, gain, dtype and scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend, available
from .strategies import orthonormal

SHAPES = [(7, 4), (4, 7), (5, 5), (1, 6), (6, 1)]
Host = np.ndarray[Any, np.dtype[Any]]


def naive_sfe(W: Host, V: Host) -> float:
    return math.fsum((float(w) - float(v)) ** 2 for w, v in zip(W.ravel(), V.ravel(), strict=True))


def naive_dfi(W: Host, gain: float = 1.0, side: str = "small") -> float:
    if side == "rows" or (side == "small" and W.shape[0] < W.shape[1]):
        W = W.T
    m, n = W.shape
    gram = [[math.fsum(float(W[k, i]) * float(W[k, j]) for k in range(m)) for j in range(n)] for i in range(n)]
    return math.fsum((gram[i][j] / gain**2 - (i == j)) ** 2 for i in range(n) for j in range(n))


def dfi_slack(W: Host, value: float, gain: float = 1.0, eps: float = EPS["float64"]) -> float:
    # Each Gram entry is a sum of at most max(m, n) products, scaled, and the identity is subtracted:
    # ||error||_F <= (max(m, n) + 4) eps (||W||_F^2 / c^2 + sqrt(p)); then the error d of a matrix E changes
    # ||E||^2 by at most 2 ||E|| ||d|| + ||d||^2; then the final sum.
    m, n = W.shape
    error = (max(m, n) + 4) * eps * (np.linalg.norm(W) ** 2 / gain**2 + max(m, n) ** 0.5)
    return float(2 * value**0.5 * error + error**2 + max(m, n) ** 2 * eps * value)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7)])
def test_sfe_is_the_sum_of_squared_differences(
    arrays: Backend, rng: np.random.Generator, shape: tuple[int, int]
) -> None:
    W, V = (
        arrays.make(rng.standard_normal(shape), arrays.widest),
        arrays.make(rng.standard_normal(shape), arrays.widest),
    )
    truth = naive_sfe(arrays.host(W), arrays.host(V))
    value = fire_ref.sfe(W, V)
    # m n nonnegative terms, each with a rounding of the difference (twice, squared) and of the square.
    assert abs(float(value) - truth) <= (W.shape[0] * W.shape[1] + 4) * EPS[arrays.widest] * truth
    assert tuple(value.shape) == ()


@pytest.mark.parametrize("side", ["small", "columns", "rows"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [1.0, 0.3, 5.0])
def test_dfi_is_the_squared_distance_of_the_gram_matrix_from_the_identity(
    rng: np.random.Generator, shape: tuple[int, int], side: str, gain: float
) -> None:
    W = rng.standard_normal(shape)
    truth = naive_dfi(W, gain, side)
    assert abs(float(fire_ref.dfi(W, gain=gain, side=side)) - truth) <= dfi_slack(W, truth, gain)


def test_dfi_takes_the_attainable_side_by_default(rng: np.random.Generator) -> None:
    for shape in SHAPES:
        W = rng.standard_normal(shape)
        assert fire_ref.dfi(W) == fire_ref.dfi(W, side="columns" if shape[0] >= shape[1] else "rows")


def test_the_long_side_of_an_isometry_has_the_difference_of_the_dimensions_as_its_floor(
    arrays: Backend,
) -> None:
    wide = arrays.make(np.eye(3, 8), arrays.widest)
    tall = arrays.make(np.eye(8, 3), arrays.widest)
    found = [[float(fire_ref.dfi(W, side=side)) for side in ("small", "columns", "rows")] for W in (wide, tall)]
    assert found == [[0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]


def test_measures_are_in_the_widest_dtype_and_the_callers_namespace_whatever_the_input(
    arrays: Backend, rng: np.random.Generator
) -> None:
    wide = arrays.make(np.ones((1, 1)), arrays.widest).dtype
    for dtype in arrays.precisions:
        W, V = (arrays.make(rng.standard_normal((3, 4, 2)), dtype) for _ in range(2))
        for value in (fire_ref.sfe(W, V), fire_ref.dfi(W)):
            assert type(value) is type(W)
            assert value.dtype == wide
            assert tuple(value.shape) == (3,)


def test_half_precision_is_measured_without_rounding_in_half(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W, V = (arrays.make(rng.standard_normal((9, 4)), dtype) for _ in range(2))
        host, eps = arrays.host(W), EPS[arrays.widest]
        truth = naive_dfi(host)
        assert abs(float(fire_ref.dfi(W)) - truth) <= dfi_slack(host, truth, eps=eps)
        truth = naive_sfe(host, arrays.host(V))
        assert abs(float(fire_ref.sfe(W, V)) - truth) <= (9 * 4 + 4) * eps * truth


def test_sfe_compares_two_dtypes_without_rounding_either() -> None:
    W = np.full((1, 1), 1.0, dtype=np.float32)
    V = np.full((1, 1), 1.0 + 2.0**-40)
    assert fire_ref.sfe(W, V) == 2.0**-80


def test_a_stack_is_measured_matrix_by_matrix_at_any_mixture_of_scales(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 5, 4)) * np.array([1e300, 1.0, 1e-300])[:, None, None]
    V = rng.standard_normal((2, 3, 5, 4))
    d, e = fire_ref.dfi(W), fire_ref.sfe(W, V)
    assert d.shape == e.shape == (2, 3)
    for i in np.ndindex(2, 3):
        assert d[i] == fire_ref.dfi(W[i])
        assert e[i] == fire_ref.sfe(W[i], V[i])


def test_lists_and_integers_are_read_as_float64() -> None:
    assert fire_ref.sfe([[1, 2]], [[3, 2]]) == 4.0
    assert fire_ref.dfi(np.array([[3]], dtype=np.int8)) == 64.0
    assert fire_ref.sfe(np.array([[127]], dtype=np.int8), np.array([[-128]], dtype=np.int8)) == 255.0**2


def test_a_measure_that_exceeds_the_range_is_inf_and_never_nan() -> None:
    big = np.full((3, 2), 1.5e308)
    assert fire_ref.sfe(big, -big) == np.inf
    assert fire_ref.dfi(big) == np.inf
    assert fire_ref.dfi(big.T, side="columns") == np.inf


def test_a_measure_below_the_range_is_its_limit() -> None:
    tiny = np.full((3, 2), 1e-300)
    assert fire_ref.sfe(tiny, -tiny) == 0.0
    assert fire_ref.dfi(tiny) == 2.0
    assert fire_ref.dfi(tiny, side="rows") == 3.0


def test_equal_matrices_have_no_error_at_any_scale(rng: np.random.Generator) -> None:
    for scale in (1e300, 1.0, 1e-300, 5e-324):
        W = rng.standard_normal((4, 3)) * scale
        assert fire_ref.sfe(W, W.copy()) == 0.0


def test_sfe_keeps_its_bits_under_a_power_of_two(rng: np.random.Generator) -> None:
    W, V = rng.standard_normal((5, 4)), rng.standard_normal((5, 4))
    for k in (-400, -7, 9, 400):
        assert fire_ref.sfe(np.ldexp(W, k), np.ldexp(V, k)) == np.ldexp(fire_ref.sfe(W, V), 2 * k)


@pytest.mark.parametrize("k", [-1000, -30, 30, 1000])
def test_dfi_against_a_gain_of_the_same_power_of_two_keeps_its_bits(rng: np.random.Generator, k: int) -> None:
    W = rng.standard_normal((5, 4))
    assert fire_ref.dfi(np.ldexp(W, k), gain=2.0**k) == fire_ref.dfi(W)


@pytest.mark.parametrize("gain", [1e-308, 1e-300, 1e-30, 1e30, 1e300, 1.6e308])
def test_a_scaled_isometry_has_no_deviation_at_its_own_gain(rng: np.random.Generator, gain: float) -> None:
    W = gain * orthonormal(rng, 6, 4)
    # Q is off by its own residual, and c Q rounds each entry once (2 eps sqrt(p) in the Gram matrix).
    assert fire_ref.dfi(W, gain=gain) <= (2 * residual_bound(4, EPS["float64"])) ** 2


@pytest.mark.parametrize("gain", [1e-300, 1e-100, 1.0, 1e100, 1e300])
def test_a_zero_matrix_is_short_of_an_isometry_by_its_short_side_at_every_gain(gain: float) -> None:
    assert fire_ref.dfi(np.zeros((4, 2)), gain=gain) == 2.0
    assert fire_ref.dfi(np.zeros((4, 2)), gain=gain, side="rows") == 4.0


def test_a_layout_measures_every_tap(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((6, 3, 2, 4))
    taps = fire_ref.dfi(kernel, layout="OIHW", gain=0.5)
    assert taps.shape == (2, 4)
    for i, j in np.ndindex(2, 4):
        truth = naive_dfi(kernel[:, :, i, j], 0.5)
        assert abs(taps[i, j] - truth) <= dfi_slack(kernel[:, :, i, j], truth, 0.5)
    np.testing.assert_array_equal(fire_ref.dfi(kernel.transpose(2, 3, 1, 0), layout="HWIO", gain=0.5), taps)


def test_without_a_layout_four_axes_are_a_stack(rng: np.random.Generator) -> None:
    assert fire_ref.dfi(rng.standard_normal((6, 3, 2, 4))).shape == (6, 3)


def test_inputs_are_not_modified(rng: np.random.Generator) -> None:
    W, V = rng.standard_normal((2, 4, 3)), rng.standard_normal((2, 4, 3))
    before = W.copy(), V.copy()
    fire_ref.sfe(W, V)
    fire_ref.dfi(W, gain=2.0)
    np.testing.assert_array_equal(W, before[0])
    np.testing.assert_array_equal(V, before[1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_value_that_is_not_finite_is_named(arrays: Backend, bad: float) -> None:
    values = np.ones((2, 3, 4))
    values[1, 2, 0] = values[1, 2, 3] = bad
    W, fine = arrays.make(values, arrays.widest), arrays.make(np.ones((2, 3, 4)), arrays.widest)
    with pytest.raises(ValueError, match=r"sfe: V must be finite; got -?(nan|inf) at index \(1, 2, 0\)"):
        fire_ref.sfe(fine, W)
    with pytest.raises(ValueError, match=r"dfi: W must be finite; got -?(nan|inf) at index \(1, 2, 0\)"):
        fire_ref.dfi(W)


def test_unchecked_nan_gives_nan_where_it_is_and_nowhere_else(arrays: Backend) -> None:
    values = np.stack([np.full((2, 2), np.nan), np.eye(2)])
    W = arrays.make(values, arrays.widest)
    fine = arrays.make(np.zeros((2, 2, 2)), arrays.widest)
    np.testing.assert_array_equal(arrays.host(fire_ref.dfi(W, check=False)), [np.nan, 0.0])
    np.testing.assert_array_equal(arrays.host(fire_ref.sfe(W, fine, check=False)), [np.nan, 2.0])


def test_a_transposed_second_matrix_is_recognised() -> None:
    with pytest.raises(ValueError, match=r"one shape; got \(3, 2\) and \(2, 3\). Try V transposed"):
        fire_ref.sfe(np.ones((3, 2)), np.ones((2, 3)))


@pytest.mark.parametrize("gain", [0.0, -1.0, np.inf, np.nan])
def test_dfi_refuses_a_gain_that_is_not_positive_and_finite(gain: float) -> None:
    with pytest.raises(ValueError, match="dfi: gain must be a finite number > 0"):
        fire_ref.dfi(np.eye(2), gain=gain)


def test_dfi_refuses_an_unknown_side() -> None:
    with pytest.raises(ValueError, match="dfi: side must be one of 'small', 'columns', 'rows'; got 'long'"):
        fire_ref.dfi(np.eye(2), side="long")


@pytest.mark.parametrize("shape", [(4,), (), (3, 0), (0, 2, 2)])
def test_what_is_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="dfi: W must have"):
        fire_ref.dfi(np.ones(shape))
    with pytest.raises(ValueError, match="sfe: W must have"):
        fire_ref.sfe(np.ones(shape), np.ones(shape))


def test_two_libraries_in_one_call_are_refused() -> None:
    torch = available("torch")
    with pytest.raises(TypeError, match="sfe: W and V must be arrays of one library"):
        fire_ref.sfe(np.eye(2), torch.eye(2))
