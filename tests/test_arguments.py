"""Numbers, names and shapes: what is accepted, what is refused, and by which exception."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref

from .backends import Backend, available

W = np.array([[3.0, 1.0], [0.0, 2.0]])
TWO_STEPS = fire_ref.newton_schulz(W, 2)


@pytest.mark.parametrize("steps", [2, np.int64(2), np.uint8(2), np.array(2)])
def test_steps_may_be_any_integer_type(steps: Any) -> None:
    assert np.array_equal(fire_ref.newton_schulz(W, steps), TWO_STEPS)


@pytest.mark.parametrize("steps", [2.0, 2.5, True, np.True_, "2", None, np.float64(2), [2], 2j])
def test_steps_that_are_no_integer_are_a_type_error(steps: Any) -> None:
    with pytest.raises(TypeError, match=r"steps must be a whole number >= 0"):
        fire_ref.newton_schulz(W, steps)


@pytest.mark.parametrize(
    "function", ["newton_schulz", "newton_schulz_iterates", "predict", "fire", "spectral_response"]
)
def test_negative_steps_are_a_value_error_everywhere(function: str) -> None:
    with pytest.raises(ValueError, match=rf"^{function}: steps must be .* >= 0; got -1\."):
        getattr(fire_ref, function)(W, steps=-1)


def test_zero_steps_are_allowed_and_return_the_start() -> None:
    assert np.array_equal(fire_ref.newton_schulz(W, 0, normalization="none"), W)


@pytest.mark.parametrize("points", [2, 3])
def test_front_takes_two_points_or_more(points: int) -> None:
    assert fire_ref.front(W, points=points).sfe.shape == (points,)


def test_front_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="points must be a whole number >= 2; got 1"):
        fire_ref.front(W, points=1)


@pytest.mark.parametrize("eps", [0, 0.0, np.float32(0), np.array(0.0)])
def test_eps_may_be_zero_in_any_real_type(eps: Any) -> None:
    assert np.array_equal(fire_ref.newton_schulz(W, 2, eps=eps), TWO_STEPS)


@pytest.mark.parametrize("eps", [-1e-300, np.nan, np.inf, -np.inf, pytest.param(10**400, id="huge")])
def test_eps_out_of_range_is_a_value_error(eps: Any) -> None:
    with pytest.raises(ValueError, match="eps must be a finite number >= 0"):
        fire_ref.newton_schulz(W, eps=eps)


@pytest.mark.parametrize("eps", [True, "0", b"0", None, 0j, [0.0], np.array([0.0, 0.0])])
def test_eps_that_is_no_real_number_is_a_type_error(eps: Any) -> None:
    with pytest.raises(TypeError, match="eps must be a finite number >= 0"):
        fire_ref.newton_schulz(W, eps=eps)


@pytest.mark.parametrize("gain", [0, 0.0, -1.0])
def test_gain_of_dfi_is_strictly_positive(gain: float) -> None:
    with pytest.raises(ValueError, match="gain must be a finite number > 0"):
        fire_ref.dfi(W, gain=gain)


@pytest.mark.parametrize("gain", [5e-324, 1e-100, 1.0, 1e300])
def test_dfi_of_a_zero_matrix_does_not_depend_on_the_gain(gain: float) -> None:
    assert fire_ref.dfi(0 * W, gain=gain) == 2.0


def test_relax_takes_an_infinite_weight_and_the_least_condition() -> None:
    assert np.all(np.isfinite(fire_ref.relax(W, weight=np.inf)))
    assert np.all(np.isfinite(fire_ref.relax(W, condition=1)))


@pytest.mark.parametrize("condition", [np.nextafter(1.0, 0.0), 0.0, -np.inf, np.nan])
def test_relax_refuses_a_condition_below_one(condition: float) -> None:
    with pytest.raises(ValueError, match="condition must be a number >= 1"):
        fire_ref.relax(W, condition=condition)


@pytest.mark.parametrize("given", [{}, {"dfi": 1.0, "condition": 2.0}, {"dfi": 1.0, "weight": 1.0, "condition": 2.0}])
def test_relax_takes_exactly_one_bound(given: dict[str, float]) -> None:
    with pytest.raises(TypeError, match="one of dfi, weight, condition must be given, and only one"):
        fire_ref.relax(W, **given)


def test_relax_lists_the_bounds_that_were_given() -> None:
    with pytest.raises(TypeError, match="got weight, condition"):
        fire_ref.relax(W, weight=1.0, condition=2.0)


@pytest.mark.parametrize(
    ("function", "argument", "accepted"),
    [
        ("polar_factor", "method", ("svd", "fast")),
        ("fire", "method", ("svd", "fast", "newton-schulz")),
        ("fire", "normalization", ("frobenius", "spectral", "none")),
        ("newton_schulz", "normalization", ("frobenius", "spectral", "none")),
        ("steps_needed", "normalization", ("frobenius", "spectral")),
        ("predict", "normalization", ("frobenius", "spectral", "none")),
        ("dfi", "side", ("small", "columns", "rows")),
    ],
)
def test_names_are_accepted_as_listed_and_nothing_else(function: str, argument: str, accepted: tuple[str, ...]) -> None:
    call = getattr(fire_ref, function)
    for name in accepted:
        call(W, **{argument: name})
    for wrong in ("", accepted[0].upper(), accepted[0][:2], None, 1, [accepted[0]]):
        with pytest.raises(ValueError, match=rf"^{function}: {argument} must be one of '{accepted[0]}'"):
            call(W, **{argument: wrong})


@pytest.mark.parametrize(
    "function", ["polar_factor", "polar_decomposition", "newton_schulz", "predict", "dfi", "front"]
)
@pytest.mark.parametrize("shape", [(), (3,), (0,)])
def test_fewer_than_two_axes_are_refused_on_every_backend(
    arrays: Backend, function: str, shape: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=rf"^{function}: W must have two axes or more; got shape \("):
        getattr(fire_ref, function)(arrays.make(np.ones(shape), arrays.widest))


@pytest.mark.parametrize(
    "function", ["polar_factor", "polar_decomposition", "newton_schulz", "fire", "steps_needed", "dfi"]
)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (0, 3, 2, 2), (3, 2, 0, 4), (1, 1, 1, 0)])
def test_an_empty_axis_anywhere_is_refused(function: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=rf"^{function}: W must have no empty axis; got shape \("):
        getattr(fire_ref, function)(np.ones(shape))


def test_an_empty_list_is_refused_as_a_shape() -> None:
    with pytest.raises(ValueError, match="two axes or more"):
        fire_ref.polar_factor([])
    with pytest.raises(ValueError, match="no empty axis"):
        fire_ref.polar_factor([[], []])


def test_a_one_by_one_matrix_is_a_matrix() -> None:
    assert fire_ref.polar_factor([[-4.0]]).tolist() == [[-1.0]]


def test_shapes_that_broadcast_are_still_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"W and V must have one shape; got \(2, 2\) and \(1, 2\)"):
        fire_ref.sfe(W, W[:1])


def test_a_transposed_second_matrix_is_recognised() -> None:
    with pytest.raises(ValueError, match=r"Try V transposed\."):
        fire_ref.sfe(np.ones((2, 5, 3)), np.ones((2, 3, 5)))
    with pytest.raises(ValueError, match=r"Try a V of shape \(2, 5, 3\)\."):
        fire_ref.sfe(np.ones((2, 5, 3)), np.ones((3, 5, 2)))


@pytest.mark.parametrize("function", ["polar_decomposition", "predict", "steps_needed"])
@pytest.mark.parametrize("rtol", [-1e-300, np.nan, np.inf])
def test_rtol_out_of_range_is_refused(function: str, rtol: float) -> None:
    with pytest.raises(ValueError, match=rf"^{function}: rtol must be a finite number >= 0"):
        getattr(fire_ref, function)(W, rtol=rtol)


def test_numbers_may_be_zero_dimensional_tensors() -> None:
    torch = available("torch")
    assert np.array_equal(fire_ref.newton_schulz(W, torch.tensor(2), eps=torch.tensor(0.0)), TWO_STEPS)


@pytest.mark.parametrize(
    ("dtype", "rule"),
    [("float128", "dtype"), ("int64", "dtype"), ("complex64", "dtype"), (3, "dtype"), (int, "dtype")],
)
def test_a_dtype_that_is_not_floating_is_a_type_error(dtype: Any, rule: str) -> None:
    with pytest.raises(TypeError, match=rf"newton_schulz: {rule} must be a floating dtype"):
        fire_ref.newton_schulz(W, dtype=dtype)


@pytest.mark.parametrize("dtype", ["float64", np.float64, np.dtype("f8"), np.dtype(">f8"), float])
def test_a_dtype_may_be_named_or_given(dtype: Any) -> None:
    wide = fire_ref.newton_schulz(W.astype(np.float32), dtype=dtype)
    assert wide.dtype == np.float32
    assert np.array_equal(wide, fire_ref.newton_schulz(W).astype(np.float32))


def test_jax_without_x64_refuses_to_iterate_in_float64() -> None:
    jax = available("jax")
    with (
        jax.enable_x64(False),
        pytest.raises(TypeError, match=r"dtype must be a floating dtype that jax\.numpy has"),
    ):
        fire_ref.newton_schulz(jax.numpy.eye(2), dtype="float64")
