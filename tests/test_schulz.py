"""newton_schulz and its iterates against the closed form U diag(p_k(s)) V^T."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, iterate_bound, residual_bound

from .backends import Backend
from .strategies import orthonormal, with_spectrum

Host = np.ndarray[Any, np.dtype[Any]]
EPS64 = EPS["float64"]
NORMS = {
    "frobenius": np.linalg.norm,
    "spectral": lambda s: s.max(),
    "none": lambda s: 1.0,
}
BAD_CALLS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (np.eye(3), {"steps": -1}, ValueError, "steps must be a whole number >= 0"),
    (np.eye(3), {"steps": 2.5}, TypeError, "steps must be a whole number"),
    (np.eye(3), {"coefficients": "septic"}, ValueError, "coefficients must be one of 'cubic'"),
    (np.eye(3), {"coefficients": (1.5,)}, ValueError, "coefficients must hold two or three finite numbers"),
    (np.eye(3), {"normalization": "nuclear"}, ValueError, "normalization must be one of 'frobenius'"),
    (np.eye(3), {"eps": -1e-8}, ValueError, "eps must be a finite number >= 0"),
    (np.eye(3), {"dtype": "int32"}, TypeError, "dtype must be a floating dtype"),
    (np.zeros((3, 2)), {}, ValueError, "W must be nonzero; got a zero matrix"),
    (np.stack([np.eye(2), np.zeros((2, 2))]), {}, ValueError, r"a zero matrix at stack index \(1,\)"),
    (np.full((2, 2), np.nan), {}, ValueError, r"W must be finite; got nan at index \(0, 0\)"),
    (np.ones(3), {}, ValueError, "W must have two axes or more"),
]


def triples(coefficients: Any, steps: int) -> list[tuple[float, float, float]]:
    """Write one triple per step, the last repeated."""
    rows = [(*row, 0.0)[:3] for row in fire_ref.COEFFICIENTS[coefficients]]
    return [rows[min(step, len(rows) - 1)] for step in range(steps)]


def trajectory(s: Host, rows: Sequence[tuple[float, float, float]]) -> list[Host]:
    """Follow singular values through the steps, by powers."""
    path = [s]
    for a, b, c in rows:
        x = path[-1]
        path.append(a * x + b * x**3 + c * x**5)
    return path


def amplification(s: Host, rows: Sequence[tuple[float, float, float]], floor: float = 0.0) -> float:
    """
    Bound how far the remaining steps stretch a small error made at any step.

    To first order a perturbation of U diag(x) V^T is stretched by the divided differences
    (p(x_i) - p(x_j)) / (x_i - x_j), which on the diagonal are p', and by (p(x_i) + p(x_j)) / (x_i + x_j), which on
    the diagonal are p / x. For the cubic and the quintic, concave on [0, 1], p / s at the smallest value is the
    largest of all, 1.5^k at most; the steep sets overshoot, and there p' decides. What lies below `floor` counts
    with its slope at zero.
    """
    path, worst = trajectory(s, rows), 1.0
    for step, x in enumerate(path[:-1]):
        slope = np.ones_like(s)
        for (a, b, c), y in zip(rows[step:], path[step:-1], strict=True):
            slope = slope * (a + 3 * b * y**2 + 5 * c * y**4)
        i, j = np.triu_indices(len(s), 1)
        apart = x[i] != x[j]
        ratios = [
            np.abs(path[-1] / np.where(x == 0, 1.0, x)),
            np.abs(slope),
            np.abs((path[-1][i] - path[-1][j]) / np.where(apart, x[i] - x[j], 1.0)),
            np.abs((path[-1][i] + path[-1][j]) / np.where(x[i] + x[j] > 0, x[i] + x[j], 1.0)),
        ]
        worst = max([worst, *(float(np.max(ratio, initial=0.0)) for ratio in ratios)])
    if (s <= floor).any():
        worst = max(worst, float(np.prod([abs(row[0]) for row in rows])))
    return worst


def closed_form(
    W: Host, steps: int, coefficients: Any = "cubic", normalization: str = "frobenius", eps: float = 0.0
) -> tuple[Host, float]:
    """Return U diag(p_k(s / norm)) V^T in float64, and the amplification A of `iterate_bound`."""
    floor = max(W.shape) * EPS[str(W.dtype)]
    U, s, Vh = np.linalg.svd(W.astype(np.float64), full_matrices=False)
    x = s / (NORMS[normalization](s) + eps)
    rows = triples(coefficients, steps)
    return (U * trajectory(x, rows)[-1]) @ Vh, amplification(x, rows, floor * x.max())


@pytest.mark.parametrize("steps", [0, 1, 5, 10, 30])
@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
@pytest.mark.parametrize("coefficients", ["cubic", "muon", "quintic", "polar-express"])
def test_the_iterate_is_its_closed_form(
    rng: np.random.Generator, coefficients: str, normalization: str, steps: int
) -> None:
    for shape in ((14, 6), (6, 14), (8, 8)):
        for condition in (1.0, 10.0, 1e4, 1e9):
            W = 5 * with_spectrum(rng, *shape, np.geomspace(1, 1 / condition, min(shape)))
            for dtype in ("float64", "float32"):
                V = W.astype(dtype)
                truth, stretch = closed_form(V, steps, coefficients, normalization)
                X = fire_ref.newton_schulz(V, steps, coefficients=coefficients, normalization=normalization)
                assert np.linalg.norm(X - truth) <= iterate_bound(min(shape), EPS[dtype], stretch)


@pytest.mark.parametrize("coefficients", ["cubic", "quintic"])
@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8])
def test_for_the_concave_polynomials_the_stretch_is_response_over_value(
    rng: np.random.Generator, coefficients: str, condition: float
) -> None:
    W = with_spectrum(rng, 12, 6, np.geomspace(1, 1 / condition, 6))
    truth, _ = closed_form(W, 10, coefficients)
    s = np.linalg.svd(W)[1]
    x = s / np.linalg.norm(s)
    stretch = max(1.0, float(np.max(trajectory(x, triples(coefficients, 10))[-1] / x)))
    error = np.linalg.norm(fire_ref.newton_schulz(W, coefficients=coefficients) - truth)
    assert error <= iterate_bound(6, EPS64, stretch)


@pytest.mark.parametrize("coefficients", ["cubic", "muon", "polar-express"])
def test_every_backend_and_dtype_iterates_the_same(
    arrays: Backend, rng: np.random.Generator, coefficients: str
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(with_spectrum(rng, 9, 5, np.geomspace(1, 0.1, 5)), dtype)
        X = fire_ref.newton_schulz(W, 5, coefficients=coefficients)
        assert type(X) is type(W)
        assert X.dtype == W.dtype
        truth, stretch = closed_form(arrays.host(W), 5, coefficients)
        iteration = "float32" if dtype in ("float16", "bfloat16") else dtype
        # Half precision iterates in float32 and rounds once: EPS of the dtype, relative to ||X||_F.
        rounding = EPS[dtype] * np.linalg.norm(truth) if dtype != iteration else 0.0
        assert np.linalg.norm(arrays.host(X) - truth) <= iterate_bound(5, EPS[iteration], stretch) + rounding


def test_unnormalised_iteration_starts_from_w_itself(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 8, 5, np.linspace(1.6, 0.2, 5))
    truth, stretch = closed_form(W, 6, "cubic", "none")
    assert np.linalg.norm(fire_ref.newton_schulz(W, 6, normalization="none") - truth) <= iterate_bound(
        5, EPS64, stretch
    )
    np.testing.assert_array_equal(fire_ref.newton_schulz(W, 0, normalization="none"), W)


def test_ten_cubic_steps_from_frobenius_without_eps_are_the_default(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    explicit = fire_ref.newton_schulz(W, steps=10, coefficients=(1.5, -0.5), normalization="frobenius", eps=0.0)
    np.testing.assert_array_equal(fire_ref.newton_schulz(W), explicit)


def test_no_steps_give_the_normalised_matrix(arrays: Backend, rng: np.random.Generator) -> None:
    W = arrays.make(rng.standard_normal((6, 4)), arrays.widest)
    w = arrays.host(W)
    X = arrays.host(fire_ref.newton_schulz(W, 0))
    # One sum of 24 squares, a root and a division.
    assert np.abs(X - w / np.linalg.norm(w)).max() <= (24 + 4) * EPS[arrays.widest]


def test_no_result_shares_memory_with_the_input() -> None:
    W = np.eye(3)
    assert not np.shares_memory(fire_ref.newton_schulz(W, 0, normalization="none"), W)
    assert not np.shares_memory(next(fire_ref.newton_schulz_iterates(W, 0, normalization="none")), W)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_dtype_overrides_where_it_iterates_but_not_what_comes_back(rng: np.random.Generator, dtype: str) -> None:
    W = with_spectrum(rng, 9, 5, np.geomspace(1, 1e-3, 5)).astype(dtype)
    double = fire_ref.newton_schulz(W.astype(np.float64))
    for wide in ("float64", np.float64, np.dtype("float64")):
        X = fire_ref.newton_schulz(W, dtype=wide)
        assert X.dtype == W.dtype
        np.testing.assert_array_equal(X, double.astype(dtype))
    assert (fire_ref.newton_schulz(W.astype(np.float32)) != double.astype(np.float32)).any()


def test_a_double_precision_matrix_can_be_iterated_in_single(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 9, 5, np.geomspace(1, 1e-2, 5))
    X = fire_ref.newton_schulz(W, dtype="float32")
    truth, stretch = closed_form(W, 10)
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X, X.astype(np.float32))
    assert residual_bound(5, EPS64) < np.linalg.norm(X - truth) <= iterate_bound(5, EPS["float32"], stretch)


def test_a_narrow_dtype_does_not_overflow_before_the_normalisation() -> None:
    W = np.diag([3e200, 4e200])
    X = fire_ref.newton_schulz(W, 0, dtype="float32")
    assert np.abs(X - np.diag([0.6, 0.8])).max() <= EPS["float32"]


def test_dtype_override_on_every_backend(arrays: Backend, rng: np.random.Generator) -> None:
    W = arrays.make(rng.standard_normal((5, 3)), "float16" if "float16" in arrays.precisions else "float32")
    X = fire_ref.newton_schulz(W, dtype=arrays.widest)
    assert X.dtype == W.dtype
    if arrays.name == "jax":
        with pytest.raises(TypeError, match="dtype must be a floating dtype that jax"):
            fire_ref.newton_schulz(W, dtype="float64")


def test_one_tuple_per_step_and_the_last_is_repeated(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    short: list[tuple[float, ...]] = [(2.0, -1.5, 0.5), (1.5, -0.5)]
    long = [short[0], *([short[1]] * 4)]
    np.testing.assert_array_equal(
        fire_ref.newton_schulz(W, 5, coefficients=short), fire_ref.newton_schulz(W, 5, coefficients=long)
    )
    first = fire_ref.newton_schulz(W, 1, coefficients=short)
    np.testing.assert_array_equal(first, fire_ref.newton_schulz(W, 1, coefficients=short[0]))
    rest = fire_ref.newton_schulz(first, 4, coefficients=short[1], normalization="none")
    np.testing.assert_array_equal(fire_ref.newton_schulz(W, 5, coefficients=short), rest)


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e8, 1e300])
def test_eps_is_added_to_the_norm_in_the_units_of_w(normalization: str, scale: float) -> None:
    W = scale * np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]])
    norm = {"frobenius": 5.0, "spectral": 4.0}[normalization] * scale
    X = fire_ref.newton_schulz(W, 0, normalization=normalization, eps=1e-8)
    # The norm (LAPACK's for the spectral one), a sum and a division.
    np.testing.assert_allclose(X, W / (norm + 1e-8), rtol=residual_bound(2, EPS64), atol=0)


def test_eps_and_w_scaled_together_change_nothing(rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 3))
    np.testing.assert_array_equal(
        fire_ref.newton_schulz(np.ldexp(W, 30), eps=2.0**20), fire_ref.newton_schulz(W, eps=2.0**-10)
    )


def test_a_zero_matrix_with_eps_or_without_a_normalisation_stays_zero() -> None:
    W = np.zeros((3, 2))
    assert not fire_ref.newton_schulz(W, eps=1e-8).any()
    assert not fire_ref.newton_schulz(W, normalization="none").any()


def test_an_unchecked_zero_matrix_gives_nan_without_a_warning() -> None:
    assert np.isnan(fire_ref.newton_schulz(np.zeros((3, 2)), check=False)).all()


@pytest.mark.parametrize("s", [1.7321, 1.9, 2.0, 2.1, 2.147])
def test_an_unnormalised_value_between_sqrt_3_and_2148_ends_at_minus_one(rng: np.random.Generator, s: float) -> None:
    U, V = orthonormal(rng, 6, 3), orthonormal(rng, 3, 3)
    X = fire_ref.newton_schulz((U * np.array([s, 1.0, 0.5])) @ V.T, 40, normalization="none")
    flipped = (U * np.array([-1.0, 1.0, 1.0])) @ V.T
    rows = triples("cubic", 40)
    stretch = amplification(np.array([s, 1.0, 0.5]), rows)
    assert np.linalg.norm(X - flipped) <= iterate_bound(3, EPS64, stretch)


@pytest.mark.parametrize("s", [1.0, 1.5, 1.7320, 2.0**-20])
def test_an_unnormalised_value_below_sqrt_3_ends_at_plus_one(s: float) -> None:
    X = fire_ref.newton_schulz([[s]], 60, normalization="none")
    # The last steps are quadratic at 1: what remains is the rounding of one step.
    assert abs(X[0, 0] - 1.0) <= 4 * EPS64


def test_an_unnormalised_value_above_sqrt_5_leaves_the_range_without_a_warning(arrays: Backend) -> None:
    W = arrays.make([[2.5, 0.0], [0.0, 1.0]], arrays.widest)
    sizes = [np.abs(arrays.host(X)[0, 0]) for X in fire_ref.newton_schulz_iterates(W, 12, normalization="none")]
    grown = [size for size in sizes if np.isfinite(size)]
    assert grown == sorted(grown)
    assert np.inf in sizes  # it passes through inf on its way out
    assert not np.isfinite(sizes[-1])


def test_frobenius_normalisation_never_diverges_however_ill_conditioned(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 8, 6, np.geomspace(1, 1e-8, 6))
    # 49 steps reach 0.999 at a condition number of 1e8; ten more are quadratic.
    assert fire_ref.dfi(fire_ref.newton_schulz(W, 60)) <= residual_bound(6, EPS64) ** 2
    assert fire_ref.dfi(fire_ref.newton_schulz(W, 1000)) <= residual_bound(6, EPS64) ** 2


@pytest.mark.parametrize(("dtype", "k"), [("float64", 1000), ("float64", -1000), ("float32", 120), ("float32", -120)])
@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
def test_a_power_of_two_does_not_change_one_bit(
    arrays: Backend, rng: np.random.Generator, normalization: str, dtype: str, k: int
) -> None:
    if dtype not in arrays.precisions:
        pytest.skip(f"{arrays.name} has no {dtype}")
    W = rng.integers(-16, 17, (6, 4)).astype(np.float64)
    first, second = (
        arrays.host(fire_ref.newton_schulz(arrays.make(V, dtype), 6, normalization=normalization))
        for V in (W, np.ldexp(W, k))
    )
    np.testing.assert_array_equal(first, second)


def test_a_dead_row_stays_exactly_dead(rng: np.random.Generator) -> None:
    for n in (4, 8):
        W = rng.standard_normal((8, n))
        W[5] = 0
        assert not fire_ref.newton_schulz(W, 20)[5].any()


def test_a_stack_is_normalised_matrix_by_matrix(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 5, 4)) * np.array([1e300, 1.0, 1e-300])[:, None, None]
    X = fire_ref.newton_schulz(W, 5)
    for one, x in zip(W, X, strict=True):
        truth, stretch = closed_form(one / np.abs(one).max(), 5)
        assert np.linalg.norm(x - truth) <= iterate_bound(4, EPS64, stretch)


@pytest.mark.parametrize("function", [fire_ref.newton_schulz, fire_ref.newton_schulz_iterates])
@pytest.mark.parametrize(("W", "arguments", "error", "message"), BAD_CALLS)
def test_wrong_arguments_are_refused_when_called(
    function: Callable[..., Any], W: Any, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=rf"^{function.__name__}: .*{message}"):
        function(W, **arguments)  # the iterates are not touched


def test_iterates_are_steps_plus_one_and_end_in_newton_schulz(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((5, 3)), dtype)
        found = list(fire_ref.newton_schulz_iterates(W, 4, coefficients="muon", eps=1e-3))
        assert len(found) == 5
        for k, X in enumerate(found):
            assert X.dtype == W.dtype
            whole = fire_ref.newton_schulz(W, k, coefficients="muon", eps=1e-3)
            np.testing.assert_array_equal(arrays.host(X), arrays.host(whole))


def test_no_iterate_is_written_again(arrays: Backend, rng: np.random.Generator) -> None:
    W = arrays.make(rng.standard_normal((5, 3)), arrays.widest)
    for normalization in ("frobenius", "none"):
        pairs = [(X, arrays.host(X).copy()) for X in fire_ref.newton_schulz_iterates(W, 5, normalization=normalization)]
        for X, seen in pairs:
            np.testing.assert_array_equal(arrays.host(X), seen)


def test_writing_into_an_iterate_does_not_disturb_the_next(rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 3))
    before = W.copy()
    for X in fire_ref.newton_schulz_iterates(W, 5):
        last = X.copy()
        X[...] = np.nan
    np.testing.assert_array_equal(last, fire_ref.newton_schulz(W, 5))
    np.testing.assert_array_equal(W, before)
