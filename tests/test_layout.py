"""Layouts: fire over a weight tensor equals a loop over its matrices written here by hand."""

from __future__ import annotations

from itertools import product
from math import prod, sqrt
from typing import Any

import array_api_compat
import numpy as np
import pytest

import fire_ref
from fire_ref.layout import DEFAULTS, parse
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from .backends import Backend

Weight = np.ndarray[Any, np.dtype[np.float64]]

TENSORS = [
    ("OI", (4, 3)),
    ("OI", (3, 4)),
    ("IO", (4, 3)),
    ("OIHW", (4, 3, 2, 3)),
    ("HWIO", (2, 3, 3, 4)),
    ("IOHW", (3, 4, 2, 3)),
    ("OIW", (4, 3, 3)),
    ("bIO", (2, 3, 4)),
    ("bOI", (2, 3, 4)),
    ("gOIHW", (2, 4, 3, 2, 2)),
    ("OIDHW", (3, 4, 2, 1, 3)),
    ("OWbI", (4, 3, 2, 3)),
]


def matrices(W: Weight, layout: str) -> list[tuple[tuple[Any, ...], Weight]]:
    """Return every place in W with its outputs-by-inputs matrix."""
    ranges = [[slice(None)] if letter in "OI" else range(size) for letter, size in zip(layout, W.shape, strict=True)]
    swap = layout.index("I") < layout.index("O")
    return [(place, W[place].T if swap else W[place]) for place in product(*ranges)]


def area(W: Weight, layout: str) -> int:
    """Return the number of spatial positions."""
    return prod(size for letter, size in zip(layout, W.shape, strict=True) if letter.isupper() and letter not in "OI")


def factor(M: Weight, X: Weight, gain: str | float, taps: int) -> float:
    """Return the gain of one outputs-by-inputs matrix M, computed as X."""
    if gain == "fan":
        return sqrt(M.shape[0] / M.shape[1]) / taps
    if gain == "norm":
        return float(np.linalg.norm(M) / np.linalg.norm(X))
    if gain == "mean":
        return float(np.sum(M * X) / np.sum(X * X))
    return float(gain)


def check(V: Weight, W: Weight, layout: str, gain: str | float, eps: float, steps: int | None) -> None:
    """Compare a computed weight with the loop, matrix by matrix."""
    assert V.shape == W.shape
    for (_, M), (_, found) in zip(matrices(W, layout), matrices(V, layout), strict=True):
        U, s, Vh = np.linalg.svd(M, full_matrices=False)
        x = s / np.linalg.norm(s)
        p = np.ones_like(s)
        if steps is not None:
            p = x
            for _ in range(steps):
                p = 1.5 * p - 0.5 * p**3
        X = (U * p) @ Vh
        c = factor(M, X, gain, area(W, layout))
        bound = distance_bound(len(s), eps, s[0] / s[-1])
        if steps is not None:
            bound = iterate_bound(len(s), eps, max(p / x)) + bound
        assert np.linalg.norm(found - c * X) <= 2 * c * bound


@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 0.75])
@pytest.mark.parametrize(("layout", "shape"), TENSORS)
def test_exact_fire_equals_a_loop_over_the_matrices(
    arrays: Backend, rng: np.random.Generator, layout: str, shape: tuple[int, ...], gain: str | float
) -> None:
    W = rng.standard_normal(shape)
    V = fire_ref.fire(arrays.make(W, arrays.widest), layout=layout, gain=gain)
    check(arrays.host(V), W, layout, gain, EPS[arrays.widest], None)


@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 0.75])
@pytest.mark.parametrize(("layout", "shape"), TENSORS)
def test_fire_by_steps_equals_a_loop_over_the_matrices(
    arrays: Backend, rng: np.random.Generator, layout: str, shape: tuple[int, ...], gain: str | float
) -> None:
    W = rng.standard_normal(shape)
    V = fire_ref.fire(arrays.make(W, arrays.widest), method="newton-schulz", steps=5, layout=layout, gain=gain)
    check(arrays.host(V), W, layout, gain, EPS[arrays.widest], 5)


@pytest.mark.parametrize(("axes", "shape"), [(2, (4, 3)), (4, (4, 3, 2, 3)), (5, (4, 3, 2, 1, 3))])
def test_default_layouts_are_those_of_pytorch(
    arrays: Backend, rng: np.random.Generator, axes: int, shape: tuple[int, ...]
) -> None:
    W = arrays.make(rng.standard_normal(shape), arrays.widest)
    default = {2: "OI", 4: "OIHW", 5: "OIDHW"}[axes]
    assert np.array_equal(arrays.host(fire_ref.fire(W)), arrays.host(fire_ref.fire(W, layout=default)))


def test_a_square_weight_is_read_by_its_letters_and_not_by_its_sizes() -> None:
    W = np.array([[3.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 2.0, 1.0]])  # a dead row stays dead under the iteration
    kernel = np.stack([W] * 3, axis=-1)[..., None]
    as_outputs = fire_ref.fire(kernel, method="newton-schulz", layout="OIHW")
    as_taps = fire_ref.fire(kernel + 1.0, method="newton-schulz", layout="OHIW")
    assert not as_outputs[1].any()
    assert as_outputs[0].all()
    tap = as_taps[:, 1, :, 0]  # its columns were equal, and stay so but for rounding
    assert np.linalg.matrix_rank(tap, tol=iterate_bound(3, EPS["float64"], 1.5**10)) == 1
    assert fire_ref.fire(W[:2], layout="IO").tolist() != fire_ref.fire(W[:2], layout="OI").tolist()


def test_the_letters_of_spatial_and_batch_axes_play_no_part(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 4, 3, 2))
    assert np.array_equal(fire_ref.fire(W, layout="gOIX"), fire_ref.fire(W, layout="zOIW"))


def test_a_batch_axis_does_not_enter_the_gain_and_a_spatial_one_does(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 4, 3))
    batch, spatial = fire_ref.fire(W, layout="bOI"), fire_ref.fire(W, layout="BOI")
    assert np.array_equal(batch, 2 * spatial)


def test_a_depthwise_kernel_has_one_column_per_tap(arrays: Backend, rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 1, 2, 2))
    V = arrays.host(fire_ref.fire(arrays.make(W, arrays.widest)))
    wanted = W / np.linalg.norm(W, axis=0) * sqrt(6.0) / 4
    bound = distance_bound(1, EPS[arrays.widest], 1.0) * sqrt(6.0) / 4
    assert np.linalg.norm(V - wanted, axis=0).max() <= bound


def test_a_grouped_kernel_is_projected_as_stored_unless_the_groups_are_an_axis(
    rng: np.random.Generator,
) -> None:
    W = rng.standard_normal((6, 2, 1, 1))
    whole = fire_ref.fire(W, gain=1.0)
    groups = fire_ref.fire(W.reshape(3, 2, 2, 1, 1), layout="gOIHW", gain=1.0)
    assert np.array_equal(whole[:, :, 0, 0], fire_ref.polar_factor(W[:, :, 0, 0]))
    assert np.array_equal(groups[:, :, :, 0, 0], fire_ref.polar_factor(W.reshape(3, 2, 2)))
    assert not np.array_equal(whole, groups.reshape(W.shape))


def test_dfi_reads_a_layout_as_fire_does(arrays: Backend, rng: np.random.Generator) -> None:
    W = rng.integers(-3, 4, (2, 3, 3, 4)).astype(np.float64)
    found = arrays.host(fire_ref.dfi(arrays.make(W, arrays.widest), layout="HWIO"))
    taps = np.swapaxes(W, -1, -2)
    gram = np.swapaxes(taps, -1, -2) @ taps
    assert np.array_equal(found, np.sum((gram - np.eye(3)) ** 2, axis=(-2, -1)))


@pytest.mark.parametrize(("layout", "shape"), TENSORS)
def test_to_stack_and_back_is_the_identity(
    arrays: Backend, rng: np.random.Generator, layout: str, shape: tuple[int, ...]
) -> None:
    W = rng.standard_normal(shape).astype(np.float32)
    X = arrays.make(W, "float32")
    xp = array_api_compat.array_namespace(X)
    axes = parse("test", layout, shape)
    stack = axes.to_stack(xp, X)
    assert stack.shape[-2:] == (shape[layout.index("O")], shape[layout.index("I")])
    assert np.array_equal(arrays.host(axes.from_stack(xp, stack)), W)


def test_batch_axes_come_before_spatial_ones_in_the_stack() -> None:
    axes = parse("test", "HbOWcI", (2, 3, 4, 5, 6, 7))
    assert axes.batch == (1, 4)
    assert axes.spatial == (0, 3)
    assert axes.order == (1, 4, 0, 3, 2, 5)


def test_defaults_are_the_contracts() -> None:
    assert DEFAULTS == {2: "OI", 4: "OIHW", 5: "OIDHW"}


@pytest.mark.parametrize(
    "layout",
    [
        "",
        "OI",
        "OIH",
        "OIHWD",
        "OIHH",
        "OOIW",
        "OHWX",
        "IHWX",
        "oihw",
        "OIH1",
        "OIH ",
        "OI,H",
        "OIHÉ",
        "OIHß",
    ],
)
def test_layouts_that_do_not_fit_are_refused_with_the_shape_and_an_example(layout: str) -> None:
    rule = r"layout must be 4 different ASCII letters, O and I among them"
    with pytest.raises(ValueError, match=rf"^fire: {rule}; got .* for shape \(4, 3, 2, 2\)\. Try 'OIHW'\.$"):
        fire_ref.fire(np.ones((4, 3, 2, 2)), layout=layout)


@pytest.mark.parametrize("layout", [7, b"OIHW", ("O", "I", "H", "W"), True])
def test_a_layout_that_is_no_string_is_a_type_error(layout: Any) -> None:
    with pytest.raises(TypeError, match=r"^fire: layout must be a string such as 'OIHW'; got .*\. Try layout=None\.$"):
        fire_ref.fire(np.ones((4, 3, 2, 2)), layout=layout)


@pytest.mark.parametrize("axes", [3, 6])
def test_other_numbers_of_axes_have_no_default(arrays: Backend, axes: int) -> None:
    with pytest.raises(
        ValueError, match=r"^fire: W must have 2, 4 or 5 axes where no layout is given; got shape \(2, 2"
    ):
        fire_ref.fire(arrays.make(np.ones((2,) * axes), arrays.widest))


def test_three_axes_are_told_the_two_layouts_they_may_mean() -> None:
    with pytest.raises(ValueError, match="layout='bOI' for a stack of matrices or 'OIW' for a conv1d kernel"):
        fire_ref.fire(np.ones((2, 3, 4)))


def test_a_vector_is_no_weight_even_with_a_layout() -> None:
    with pytest.raises(ValueError, match="two axes or more"):
        fire_ref.fire(np.ones(3), layout="O")
