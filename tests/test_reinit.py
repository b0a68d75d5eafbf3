"""fire: the methods, what it hands on to them, and what it leaves as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from .backends import Backend, backend
from .models.official import allowed
from .strategies import with_spectrum


def test_two_axes_and_unit_gain_are_the_polar_factor(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((5, 3)), dtype)
        assert np.array_equal(arrays.host(fire_ref.fire(W, gain=1.0)), arrays.host(fire_ref.polar_factor(W)))


def test_the_default_is_exact_with_the_fan_gain(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 2))
    assert np.array_equal(fire_ref.fire(W), fire_ref.fire(W, method="svd", gain="fan"))
    assert np.array_equal(fire_ref.fire(W), 2 * fire_ref.polar_factor(W))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"steps": 3},
        {"coefficients": "muon", "steps": 5},
        {"coefficients": [(2.0, -1.5, 0.5), (1.5, -0.5)]},
        {"normalization": "spectral"},
        {"normalization": "none", "steps": 1},
        {"eps": 0.25},
    ],
    ids=str,
)
def test_every_option_reaches_the_iteration(arrays: Backend, rng: np.random.Generator, options: dict[str, Any]) -> None:
    values = with_spectrum(rng, 5, 3, np.array([1.5, 1.0, 0.5]))
    for dtype in arrays.precisions:
        W = arrays.make(values, dtype)
        V = fire_ref.fire(W, method="newton-schulz", gain=1.0, **options)
        assert np.array_equal(arrays.host(V), arrays.host(fire_ref.newton_schulz(W, **options)))
    if options:
        default = fire_ref.fire(values, method="newton-schulz", gain=1.0)
        assert not np.array_equal(fire_ref.fire(values, method="newton-schulz", gain=1.0, **options), default)


def test_ten_steps_are_the_default(rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 5))
    ten, nine = (fire_ref.fire(W, method="newton-schulz", steps=k) for k in (10, 9))
    assert np.array_equal(fire_ref.fire(W, method="newton-schulz"), ten)
    assert not np.array_equal(ten, nine)


def test_many_steps_arrive_where_the_exact_method_is(arrays: Backend, rng: np.random.Generator) -> None:
    W = arrays.make(with_spectrum(rng, 5, 3, np.array([1.0, 0.7, 0.5])), arrays.widest)
    gap = arrays.host(fire_ref.fire(W, method="newton-schulz", steps=30)) - arrays.host(fire_ref.fire(W))
    assert np.linalg.norm(gap) <= 2 * 2**0.5 * residual_bound(3, EPS[arrays.widest])


@pytest.mark.parametrize("option", [{"steps": 3}, {"coefficients": "muon"}, {"normalization": "none"}, {"eps": 1.0}])
def test_the_exact_method_reads_no_option_of_the_iteration(rng: np.random.Generator, option: dict[str, Any]) -> None:
    W = rng.standard_normal((5, 3))
    assert np.array_equal(fire_ref.fire(W, **option), fire_ref.fire(W))


@pytest.mark.parametrize("method", ["svd", "fast", "newton-schulz"])
def test_options_are_checked_whatever_the_method(method: str) -> None:
    for wrong in ({"steps": -1}, {"coefficients": "cubics"}, {"normalization": "fro"}, {"eps": -1.0}):
        with pytest.raises(ValueError, match=rf"^fire: {next(iter(wrong))} must "):
            fire_ref.fire(np.eye(2), method=method, **wrong)


@pytest.mark.parametrize("method", ["SVD", "newton_schulz", "ns", "quick", "", None, 1])
def test_an_unknown_method_lists_the_known_ones(method: Any) -> None:
    with pytest.raises(ValueError, match=r"^fire: method must be one of 'svd', 'fast', 'newton-schulz'; got "):
        fire_ref.fire(np.eye(2), method=method)


@pytest.mark.parametrize("method", ["svd", "fast", "newton-schulz"])
def test_a_dead_unit_of_a_tall_weight_stays_dead(arrays: Backend, rng: np.random.Generator, method: str) -> None:
    values = rng.standard_normal((6, 3))
    values[2] = 0.0
    V = arrays.host(fire_ref.fire(arrays.make(values, arrays.widest), method=method))
    assert np.linalg.norm(V[2]) <= 2**0.5 * residual_bound(3, EPS[arrays.widest])
    assert np.all(np.linalg.norm(np.delete(V, 2, axis=0), axis=1) > 0)


def test_the_exact_method_revives_a_dead_unit_of_a_square_weight_and_the_iteration_does_not() -> None:
    W = np.diag([2.0, 1.0, 0.0])
    assert np.abs(fire_ref.fire(W)[2, 2]) == 1.0
    assert not fire_ref.fire(W, method="newton-schulz")[2].any()


def test_only_the_iteration_refuses_a_zero_weight() -> None:
    assert fire_ref.dfi(fire_ref.fire(np.zeros((3, 3)))) == 0.0
    with pytest.raises(ValueError, match="fire: W must be nonzero"):
        fire_ref.fire(np.zeros((3, 3)), method="newton-schulz")
    assert (
        fire_ref.fire(np.zeros((3, 3)), method="newton-schulz", normalization="none").tolist()
        == np.zeros((3, 3)).tolist()
    )


def test_a_stack_is_fired_matrix_by_matrix(arrays: Backend, rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 5, 3))
    V = arrays.host(fire_ref.fire(arrays.make(W, arrays.widest), layout="abOI"))
    for i, j in np.ndindex(2, 3):
        alone = arrays.host(fire_ref.fire(arrays.make(W[i, j], arrays.widest)))
        # A library may multiply a stack with another kernel than one matrix: both are right, not the same bits.
        assert np.linalg.norm(V[i, j] - alone) <= 2 * allowed(W[i, j], arrays.widest, None)
        assert np.linalg.norm(V[i, j - 1] - alone) > 2 * allowed(W[i, j], arrays.widest, None), (
            "the mutant: another one"
        )


def test_a_list_is_a_numpy_weight() -> None:
    V = fire_ref.fire([[3, 0], [0, 4], [0, 0]], gain=1.0)
    assert V.dtype == np.float64
    assert V.tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_convolution_comes_back_in_row_major_order(name: str, rng: np.random.Generator) -> None:
    with backend(name) as library:
        for V in (
            fire_ref.fire(library.make(rng.standard_normal((4, 3, 2, 2)))),
            fire_ref.relax({"conv": library.make(rng.standard_normal((4, 3, 2, 2)))}, weight=1.0)["conv"],
        ):
            assert V.is_contiguous() if name == "torch" else V.flags.c_contiguous
