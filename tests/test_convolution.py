"""DfI of a convolution as an operator against the dense matrix of the circular convolution."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.convolution import grid
from fire_ref.layout import parse
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend
from .strategies import orthonormal
from .test_measures import dfi_slack

Host = np.ndarray[Any, np.dtype[np.float64]]


def dense(kernel: Host, sizes: tuple[int, ...]) -> Host:
    """Write the circular convolution by a kernel (O, I, taps...) as one matrix, site by site."""
    outputs, inputs, *taps = kernel.shape
    A = np.zeros((*sizes, outputs, *sizes, inputs))
    for site in product(*(range(size) for size in sizes)):
        for tap in product(*(range(k) for k in taps)):
            source = tuple((x + t) % size for x, t, size in zip(site, tap, sizes, strict=True))
            A[(*site, slice(None), *source, slice(None))] += kernel[(slice(None), slice(None), *tap)]
    return A.reshape(prod(sizes) * outputs, prod(sizes) * inputs)


def dense_dfi(A: Host, gain: float = 1.0, side: str = "small") -> float:
    wide = A.shape[0] < A.shape[1]
    gram = A @ A.T if side == "rows" or (side == "small" and wide) else A.T @ A
    return float(np.sum((gram / gain**2 - np.eye(len(gram))) ** 2))


@pytest.mark.parametrize("side", ["small", "columns", "rows"])
@pytest.mark.parametrize("channels", [(3, 2), (2, 3), (2, 2), (1, 3)])
@pytest.mark.parametrize(
    ("taps", "sizes"),
    [
        ((3, 3), (4, 4)),
        ((3, 3), (5, 4)),
        ((2, 3), (3, 6)),
        ((3, 3), (2, 2)),
        ((3, 4), (2, 3)),
        ((2, 2), (1, 1)),
    ],
)
def test_operator_dfi_is_that_of_the_dense_circular_convolution(
    rng: np.random.Generator,
    channels: tuple[int, int],
    taps: tuple[int, int],
    sizes: tuple[int, int],
    side: str,
) -> None:
    kernel = rng.standard_normal((*channels, *taps))
    A = dense(kernel, sizes)
    truth = dense_dfi(A, 0.7, side)
    value = fire_ref.dfi(kernel, operator=sizes, layout="OIHW", gain=0.7, side=side)
    assert abs(value - truth) <= dfi_slack(A, truth, 0.7)


@pytest.mark.parametrize(("sizes", "layout"), [((7,), "OIW"), ((2,), "OIW"), ((3, 2, 4), "OIDHW")])
def test_one_and_three_spatial_axes_are_operators_too(
    rng: np.random.Generator, sizes: tuple[int, ...], layout: str
) -> None:
    kernel = rng.standard_normal((3, 2, *(3, 2, 2)[: len(sizes)]))
    A = dense(kernel, sizes)
    truth = dense_dfi(A)
    assert abs(fire_ref.dfi(kernel, operator=sizes, layout=layout) - truth) <= dfi_slack(A, truth)


def test_every_order_of_the_axes_measures_the_same_operator(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((4, 3, 2, 5))
    value = fire_ref.dfi(kernel, operator=(6, 7))
    assert fire_ref.dfi(kernel.transpose(2, 3, 1, 0), operator=(6, 7), layout="HWIO") == value
    # Grid sizes follow the spatial letters in the order in which they are written.
    assert fire_ref.dfi(kernel.transpose(0, 1, 3, 2), operator=(7, 6), layout="OIWH") == pytest.approx(
        value, rel=dfi_slack(dense(kernel, (6, 7)), float(value)) / float(value)
    )


def test_one_number_serves_every_spatial_axis(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((3, 2, 3, 3))
    assert fire_ref.dfi(kernel, operator=5) == fire_ref.dfi(kernel, operator=(5, 5))


@pytest.mark.parametrize("layout", ["bOIHW", "OIHWb", "OIHbW"])
def test_batch_letters_give_one_value_per_operator_at_its_own_scale(rng: np.random.Generator, layout: str) -> None:
    kernels = rng.standard_normal((3, 2, 3, 2, 3)) * np.array([1e-200, 1.0, 1e3])[:, None, None, None, None]
    values = fire_ref.dfi(np.moveaxis(kernels, 0, layout.index("b")), operator=(4, 3), layout=layout, gain=10.0)
    assert values.shape == (3,)
    for kernel, value in zip(kernels, values, strict=True):
        assert value == fire_ref.dfi(kernel, operator=(4, 3), gain=10.0)


@pytest.mark.parametrize("channels", [(4, 3), (3, 4), (3, 3)])
@pytest.mark.parametrize("sizes", [(5, 5), (3, 4), (2, 2)])
def test_a_delta_orthogonal_kernel_is_an_exact_isometry(channels: tuple[int, int], sizes: tuple[int, int]) -> None:
    kernel = np.zeros((*channels, 3, 3))
    kernel[:, :, 1, 2] = -2.0 * np.eye(*channels)
    assert fire_ref.dfi(kernel, operator=sizes, gain=2.0) == 0.0
    assert fire_ref.dfi(kernel, operator=sizes, gain=2.0, side="columns") == max(channels[1] - channels[0], 0) * prod(
        sizes
    )


def test_a_random_delta_orthogonal_kernel_is_an_isometry_up_to_rounding(rng: np.random.Generator) -> None:
    kernel = np.zeros((5, 3, 3, 3))
    kernel[:, :, 0, 1] = orthonormal(rng, 5, 3)
    # One residual per grid point.
    assert fire_ref.dfi(kernel, operator=(6, 4)) <= 6 * 4 * residual_bound(3, EPS["float64"]) ** 2


def test_orthogonal_taps_do_not_make_an_isometric_operator(rng: np.random.Generator) -> None:
    kernel = fire_ref.fire(rng.standard_normal((4, 4, 3, 3)), gain=1 / 3)
    assert fire_ref.dfi(kernel, layout="OIHW", gain=1 / 3).max() <= residual_bound(4, EPS["float64"]) ** 2
    assert fire_ref.dfi(kernel, operator=(8, 8)) > 1.0


def test_on_a_grid_of_one_point_the_taps_add_up(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((4, 3, 2, 2))
    whole = kernel.sum(axis=(2, 3))
    truth = float(fire_ref.dfi(whole))
    assert abs(fire_ref.dfi(kernel, operator=1) - truth) <= dfi_slack(whole, truth) + dfi_slack(
        kernel.transpose(0, 2, 3, 1).reshape(16, 3), truth
    )


@pytest.mark.parametrize("k", [-1000, 1000])
def test_a_kernel_and_gain_of_the_same_power_of_two_keep_their_bits(rng: np.random.Generator, k: int) -> None:
    kernel = rng.standard_normal((3, 2, 3, 3))
    assert fire_ref.dfi(np.ldexp(kernel, k), operator=4, gain=2.0**k) == fire_ref.dfi(kernel, operator=4)


def test_an_operator_beyond_the_range_is_inf_and_a_vanishing_one_counts_its_dimension() -> None:
    kernel = np.ones((3, 2, 2, 2))
    assert fire_ref.dfi(1e300 * kernel, operator=(3, 4)) == np.inf
    assert fire_ref.dfi(1e-300 * kernel, operator=(3, 4)) == 2 * 3 * 4
    assert fire_ref.dfi(0 * kernel, operator=(3, 4), side="rows") == 3 * 3 * 4


def test_every_backend_measures_the_operator(arrays: Backend, rng: np.random.Generator) -> None:
    kernel = arrays.make(rng.standard_normal((3, 2, 2, 3)), arrays.widest)
    A = dense(arrays.host(kernel), (4, 5))
    truth = dense_dfi(A)
    value = fire_ref.dfi(kernel, operator=(4, 5))
    assert value.dtype == kernel.dtype
    assert abs(float(value) - truth) <= dfi_slack(A, truth, eps=EPS[arrays.widest])


@pytest.mark.parametrize("operator", [(4,), (4, 4, 4), ()])
def test_a_grid_needs_one_size_per_spatial_axis(operator: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="dfi: operator must have one size for each of the 2 spatial axes"):
        fire_ref.dfi(np.ones((2, 2, 3, 3)), operator=operator)


def test_a_matrix_has_no_grid() -> None:
    with pytest.raises(ValueError, match="each of the 0 spatial axes of layout 'OI'"):
        fire_ref.dfi(np.ones((2, 2)), operator=4)


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-3, ValueError), (2.5, TypeError), (True, TypeError)])
def test_a_grid_size_is_a_positive_whole_number(size: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="dfi: operator must be a whole number >= 1"):
        fire_ref.dfi(np.ones((2, 2, 3, 3)), operator=(4, size))


def test_three_axes_need_a_layout() -> None:
    with pytest.raises(ValueError, match="'OIW' for a conv1d kernel"):
        fire_ref.dfi(np.ones((2, 2, 3)), operator=4)


def test_grid_accepts_any_integer_type() -> None:
    sizes = grid("dfi", [np.int64(4), 5], parse("dfi", None, (2, 2, 3, 3)))
    assert sizes == (4, 5)
    assert all(type(size) is int for size in sizes)
