"""Powers of two change nothing, and neither 1e300 nor the smallest subnormal does harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.scaling import normalise
from fire_ref.tolerances import EPS, distance_bound, iterate_bound, residual_bound

from .backends import Backend

#: 2^k W is exact for these k: entries are multiples of 1/8 up to 8, and stay normal.
FARTHEST = {"float64": 1000, "float32": 120, "bfloat16": 120, "float16": 8}
#: The unit of the subnormals, as a power of two.
SMALLEST = {"float64": -1074, "float32": -149, "float16": -24}

INVARIANT: dict[str, Callable[[Any], Any]] = {
    "polar_factor": lambda W: fire_ref.polar_factor(W),
    "Q of polar_decomposition": lambda W: fire_ref.polar_decomposition(W).Q,
    "cubic": lambda W: fire_ref.newton_schulz(W),
    "muon": lambda W: fire_ref.newton_schulz(W, 5, coefficients="muon"),
    "spectral": lambda W: fire_ref.newton_schulz(W, normalization="spectral"),
    "fire": lambda W: fire_ref.fire(W, layout="bOI"),
    "fire by steps": lambda W: fire_ref.fire(W, layout="bOI", method="newton-schulz"),
}
SHAPES = [(2, 5, 3), (1, 3, 5)]


def eighths(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return multiples of 1/8 up to 8 in magnitude, few bits and no zero."""
    return np.asarray(rng.integers(1, 64, shape) * rng.choice([-1, 1], shape) / 8.0)


def times(W: np.ndarray[Any, Any], k: int) -> np.ndarray[Any, Any]:
    """Return 2^k W, exactly."""
    scaled = np.ldexp(W, k)
    assert np.array_equal(np.ldexp(scaled, -k), W)
    return np.asarray(scaled)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", INVARIANT)
def test_a_power_of_two_changes_no_bit(
    arrays: Backend, rng: np.random.Generator, name: str, shape: tuple[int, ...]
) -> None:
    W = eighths(rng, shape)
    for dtype in arrays.precisions:
        far = FARTHEST[dtype]
        wanted = arrays.host(INVARIANT[name](arrays.make(W, dtype)))
        assert np.isfinite(wanted).all()
        for k in (-far, -far // 2 - 1, -1, 1, far // 2 + 1, far):
            if dtype != "float16" or k > -far:
                found = arrays.host(INVARIANT[name](arrays.make(times(W, k), dtype)))
                assert np.array_equal(found, wanted), (dtype, k)


@pytest.mark.parametrize("name", ["polar_factor", "cubic", "spectral"])
def test_each_matrix_of_a_stack_has_its_own_scale(arrays: Backend, rng: np.random.Generator, name: str) -> None:
    W = eighths(rng, (4, 4))
    far = FARTHEST[arrays.widest]
    stack = arrays.make(np.stack([W, times(W, far), times(W, -far)]), arrays.widest)
    same, large, small = arrays.host(INVARIANT[name](stack))
    assert np.array_equal(large, same)
    assert np.array_equal(small, same)


@pytest.mark.parametrize("name", INVARIANT)
def test_subnormals_are_the_integers_they_stand_for(arrays: Backend, rng: np.random.Generator, name: str) -> None:
    if arrays.name.startswith("jax"):
        pytest.skip("XLA flushes subnormals to zero")
    W = eighths(rng, (1, 5, 3)) * 8
    for dtype in set(arrays.precisions) & set(SMALLEST):
        tiny = arrays.make(times(W, SMALLEST[dtype]), dtype)
        assert np.array_equal(arrays.host(INVARIANT[name](tiny)), arrays.host(INVARIANT[name](arrays.make(W, dtype))))


def test_the_smallest_number_there_is_has_a_sign(arrays: Backend) -> None:
    if arrays.name.startswith("jax"):
        pytest.skip("XLA flushes subnormals to zero")
    tiny = arrays.make([[-5e-324]], "float64")
    assert arrays.host(fire_ref.polar_factor(tiny)).tolist() == [[-1.0]]
    assert arrays.host(fire_ref.newton_schulz(tiny)).tolist() == [[-1.0]]


@pytest.mark.parametrize("scale", [1e300, 1e-300, 3e-310])
def test_any_scale_gives_the_factor_of_the_numbers_held(
    arrays: Backend, rng: np.random.Generator, scale: float
) -> None:
    if arrays.widest != "float64" or (arrays.name.startswith("jax") and scale < np.finfo(float).tiny):
        pytest.skip("not a normal number here")
    held = rng.standard_normal((6, 4)) * scale
    W = np.ldexp(held, -int(np.frexp(scale)[1]))  # exact: what is held, at an ordinary size
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    Q = arrays.host(fire_ref.polar_factor(arrays.make(held, "float64")))
    assert np.linalg.norm(Q - U @ Vh) <= 2 * distance_bound(4, EPS["float64"], s[0] / s[-1])
    x = s / np.linalg.norm(s)
    p = fire_ref.spectral_response(x)
    X = arrays.host(fire_ref.newton_schulz(arrays.make(held, "float64")))
    assert np.linalg.norm(X - (U * p) @ Vh) <= iterate_bound(4, EPS["float64"], np.max(p / x))


@pytest.mark.parametrize("k", [-1000, -400, 400, 900])
def test_the_decomposition_carries_the_scale(rng: np.random.Generator, k: int) -> None:
    W = eighths(rng, (5, 3))
    near, far = fire_ref.polar_decomposition(W), fire_ref.polar_decomposition(times(W, k))
    assert np.array_equal(far.H, times(near.H, k))
    assert np.array_equal(far.s, times(near.s, k))
    assert far.rank == near.rank == 3


def test_measures_overflow_only_where_their_value_does(arrays: Backend) -> None:
    if arrays.widest != "float64":
        pytest.skip("the range of float64 is meant")
    near, far = np.diag([3.0, 1.0]), np.diag([1.0, 1.0])
    for k, power in ((300, 600), (500, 1000), (-500, -1000)):
        W, V = (arrays.make(times(M, k), "float64") for M in (near, far))
        assert float(fire_ref.sfe(W, V)) == np.ldexp(4.0, power)
    assert float(fire_ref.dfi(arrays.make(times(near, 200), "float64"))) == np.ldexp(82.0, 800)
    assert float(fire_ref.dfi(arrays.make(times(near, -600), "float64"))) == 2.0
    assert float(fire_ref.dfi(arrays.make(times(near, 600), "float64"))) == np.inf


def test_dfi_against_a_gain_of_the_same_scale(arrays: Backend) -> None:
    far = FARTHEST[arrays.widest] - 4
    for k in (-far, far):
        W = arrays.make(times(np.diag([3.0, 1.0]), k), arrays.widest)
        assert float(fire_ref.dfi(W, gain=2.0**k)) == 64.0


def test_sfe_of_opposite_extremes_is_not_nan(arrays: Backend) -> None:
    top = float(np.finfo(arrays.widest).max)
    W, V = arrays.make([[top]], arrays.widest), arrays.make([[-top]], arrays.widest)
    assert float(fire_ref.sfe(W, V)) == np.inf


@pytest.mark.parametrize("k", [-1074, -1060, -1023, -1022, -513, -512, -511, -1, 0, 1, 511, 512, 513, 1023])
@pytest.mark.parametrize("mantissa", [1.0, 1.5, 1.9375])
def test_normalise_brings_the_peak_into_one_binade_by_powers_of_two(arrays: Backend, k: int, mantissa: float) -> None:
    if arrays.widest != "float64" or (arrays.name.startswith("jax") and k < -1022):
        pytest.skip("not a normal number here")
    value = float(np.ldexp(mantissa, k))
    X = arrays.make([[value, 0.0]], "float64")
    xp = _namespace(X)
    scaled = normalise(xp, X, xp.max(xp.abs(X), axis=(-2, -1), keepdims=True))
    first, second = (float(arrays.host(factor)[0, 0]) for factor in (scaled.first, scaled.second))
    assert np.frexp(first)[0] == np.frexp(second)[0] == 0.5
    peak = float(arrays.host(scaled.array)[0, 0])
    assert 0.5 <= peak < 1
    assert peak == np.frexp(value)[0]
    assert float(arrays.host(scaled.restore(scaled.array))[0, 0]) == value


def _namespace(X: Any) -> Any:
    import array_api_compat

    return array_api_compat.array_namespace(X)


@pytest.mark.parametrize("peak", [0.0, np.inf, np.nan])
def test_normalise_keeps_a_scale_that_cannot_be_used_finite(peak: float) -> None:
    X = np.array([[peak]])
    scaled = normalise(np, X, np.abs(X))
    assert np.isfinite(scaled.first).all()
    assert np.isfinite(scaled.second).all()
    assert np.array_equal(scaled.array, X, equal_nan=True)


def test_restore_undoes_the_scale_of_squares_twice() -> None:
    X = np.array([[2.0**300]])
    scaled = normalise(np, X, np.abs(X))
    assert scaled.restore(scaled.array**2, 2) == 2.0**600


@pytest.mark.parametrize("steps", [0, 1, 10])
def test_eps_is_in_the_units_of_the_weight(steps: int) -> None:
    W = np.array([[3.0, 0.0], [0.0, 4.0]])
    x = np.array([3.0, 4.0]) / (5.0 + 0.5)
    X = fire_ref.newton_schulz(W, steps, eps=0.5)
    p = fire_ref.spectral_response(x, steps)
    assert np.linalg.norm(X - np.diag(p)) <= iterate_bound(2, EPS["float64"], np.max(p / x))
    small = fire_ref.newton_schulz(W * 2.0**-1000, steps, eps=2.0**-1001)
    assert np.array_equal(small, X)


def test_eps_beside_a_subnormal_weight_gives_zero_and_no_warning() -> None:
    assert not fire_ref.newton_schulz(np.full((2, 2), 5e-324), eps=1e-8).any()


def test_without_normalisation_the_scale_is_not_touched(rng: np.random.Generator) -> None:
    W = eighths(rng, (3, 2)) / 64
    start = fire_ref.newton_schulz(times(W, -900), 0, normalization="none")
    assert np.array_equal(start, times(W, -900))
    grown = fire_ref.newton_schulz(times(W, -900), 1, normalization="none")
    assert np.linalg.norm(np.ldexp(grown, 900) - 1.5 * W) <= residual_bound(2, EPS["float64"]) * np.linalg.norm(W)


@pytest.mark.parametrize("name", ["float64", "float32"])
def test_what_is_small_beside_an_enormous_value_stays(name: str) -> None:
    most = int(np.finfo(name).maxexp) - 1
    X = np.ldexp(np.array([[1.0, 2.0 ** -(most - 5)]], name), most)
    scaled = normalise(np, X, np.abs(X).max(keepdims=True)).array
    np.testing.assert_array_equal(scaled, [[0.5, 2.0 ** -(most - 4)]])
