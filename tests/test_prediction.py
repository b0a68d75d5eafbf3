"""predict and steps_needed against iterates that were computed, and against brute force."""

from __future__ import annotations

import re
from typing import Any

import array_api_compat
import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from .backends import Backend
from .strategies import with_spectrum
from .test_schulz import closed_form

Host = np.ndarray[Any, np.dtype[np.float64]]
EPS64 = EPS["float64"]


def brute_force(W: Host, tol: float, coefficients: str, normalization: str, most: int) -> tuple[int | None, float]:
    """Return the least k that brings every singular value within tol of 1, or None, and the nearest it came."""
    s = np.linalg.svd(W)[1]
    s = s[s > max(W.shape) * EPS64 * s[0]]
    norm = {"frobenius": np.sqrt(np.sum(s * s)), "spectral": s[0], "none": 1.0}[normalization]
    rows = [(*row, 0.0)[:3] for row in fire_ref.COEFFICIENTS[coefficients]]
    x, nearest = [float(value / norm) for value in s], np.inf
    for k in range(most + 1):
        error = max(abs(1 - value) for value in x)
        nearest = min(nearest, error)
        if error <= tol:
            return k, nearest
        a, b, c = rows[min(k, len(rows) - 1)]
        x = [a * value + b * value**3 + c * value**5 for value in x]
    return None, nearest


@pytest.mark.parametrize("normalization", ["frobenius", "spectral", "none"])
@pytest.mark.parametrize("coefficients", ["cubic", "muon", "quintic", "polar-express"])
@pytest.mark.parametrize("steps", [0, 1, 5, 10])
def test_the_prediction_is_what_the_iteration_does(
    rng: np.random.Generator, coefficients: str, normalization: str, steps: int
) -> None:
    for shape in ((9, 5), (5, 9), (6, 6)):
        W = with_spectrum(rng, *shape, np.geomspace(1, 0.02, min(shape)))
        how: dict[str, Any] = {"coefficients": coefficients, "normalization": normalization, "eps": 1e-2}
        X = fire_ref.newton_schulz(W, steps, **how)
        foretold = fire_ref.predict(W, steps, **how)
        p = min(shape)
        _, stretch = closed_form(W, steps, coefficients, normalization, 0.0 if normalization == "none" else 1e-2)
        error = iterate_bound(p, EPS64, stretch)
        reached = np.linalg.svd(X)[1]
        # Weyl: singular values move by at most ||error||.
        assert abs(foretold.response_min - reached[-1]) <= error
        assert abs(foretold.response_max - reached[0]) <= error
        # | ||G - I|| - ||G' - I|| | <= (||X|| + ||X'||) ||error||.
        root_error = abs(np.sqrt(foretold.dfi) - np.sqrt(fire_ref.dfi(X)))
        assert root_error <= (2 * reached[0] + error) * error
        U, s, Vh = np.linalg.svd(W, full_matrices=False)
        distance = np.linalg.norm(X - U @ Vh)
        assert abs(foretold.distance - distance) <= error + distance_bound(p, EPS64, s[0] / s[-1])


def test_the_example_of_the_paper_is_predicted_by_hand() -> None:
    foretold = fire_ref.predict(np.diag([0.6, 0.8]), 1, normalization="none")
    p = np.array([1.5 * 0.6 - 0.5 * 0.6**3, 1.5 * 0.8 - 0.5 * 0.8**3])
    wanted = [np.sum((1 - p**2) ** 2), np.sqrt(np.sum((1 - p) ** 2)), p[0], p[1]]
    # Sums of two terms of order 1 with a handful of roundings each.
    np.testing.assert_allclose(foretold, wanted, rtol=0, atol=16 * EPS64)


@pytest.mark.parametrize("rank", [1, 2, 4])
@pytest.mark.parametrize("steps", [0, 10, 200])
def test_zeros_stay_zero_however_long_it_runs(rng: np.random.Generator, rank: int, steps: int) -> None:
    W = with_spectrum(rng, 9, 5, np.where(np.arange(5) < rank, 1.0, 0.0))
    foretold = fire_ref.predict(W, steps)
    assert foretold.dfi >= 5 - rank
    assert foretold.distance >= (5 - rank) ** 0.5
    assert 0 < foretold.response_min <= foretold.response_max <= 1 + 4 * EPS64
    if steps == 200:
        # The others have arrived; each term of either sum is below (4 eps)^2.
        assert foretold.dfi - (5 - rank) <= 16 * EPS64
        assert abs(foretold.distance - (5 - rank) ** 0.5) <= 4 * EPS64


def test_rtol_decides_what_counts_as_zero() -> None:
    W = np.diag([1.0, 1e-3])
    assert fire_ref.predict(W, 100).dfi < 1.0
    assert fire_ref.predict(W, 100, rtol=1e-2).dfi >= 1.0


def test_a_zero_matrix_with_eps_has_no_response_and_misses_in_every_direction() -> None:
    foretold = fire_ref.predict(np.zeros((4, 3)), 10, eps=1e-8)
    assert foretold.dfi == 3.0
    assert foretold.distance == np.sqrt(3.0)
    assert np.isnan(foretold.response_min)
    assert np.isnan(foretold.response_max)


def test_a_threshold_above_one_counts_nothing_and_the_responses_are_nan(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    foretold = fire_ref.predict(W, 10, rtol=2.0)
    assert foretold[:2] == (3.0, np.sqrt(3.0))
    assert np.isnan(foretold[2:]).all()


def test_half_precision_is_predicted_as_float32_resolves_it() -> None:
    # 2^-10 is below the rank threshold of float16 (2 * 2^-10) and far above that of float32.
    W = np.diag([1.0, 2.0**-10]).astype(np.float16)
    foretold = fire_ref.predict(W, 40)
    assert foretold.dfi <= 1e3 * EPS64  # both values have arrived
    single = fire_ref.dfi(fire_ref.newton_schulz(W.astype(np.float32), 40))
    assert single <= iterate_bound(2, EPS["float32"], 2.0**10) ** 2
    assert abs(foretold.response_min - 1.0) <= 4 * EPS64
    early = fire_ref.predict(W, 0)
    assert early.response_min == early.response_max


def test_one_figure_per_matrix_in_the_wide_dtype_and_the_callers_namespace(
    arrays: Backend, rng: np.random.Generator
) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((2, 3, 5, 4)), dtype)
        foretold = fire_ref.predict(W, 3)
        for figure in foretold:
            assert type(figure) is type(W)
            assert figure.dtype == arrays.make([1.0], arrays.widest).dtype
            assert tuple(figure.shape) == (2, 3)
        one = fire_ref.predict(W[1, 2, ...], 3)
        for figure, alone in zip(foretold, one, strict=True):
            assert abs(float(figure[1, 2]) - float(alone)) <= iterate_bound(4, EPS[arrays.widest], 1.5**3)


@pytest.mark.parametrize(
    ("W", "arguments", "message"),
    [
        (np.zeros((2, 2)), {}, "W must be nonzero; got a zero matrix. Try eps=1e-8"),
        ([[np.nan]], {}, "W must be finite"),
        (np.eye(2), {"steps": -1}, "steps must be a whole number >= 0"),
        (np.eye(2), {"normalization": "max"}, "normalization must be one of"),
        (np.eye(2), {"rtol": -1.0}, "rtol must be a finite number >= 0"),
        (np.ones(3), {}, "W must have two axes or more"),
    ],
)
def test_wrong_arguments_of_predict_are_refused(W: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^predict: {message}"):
        fire_ref.predict(W, **arguments)


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
@pytest.mark.parametrize("coefficients", ["cubic", "quintic", "polar-express"])
@pytest.mark.parametrize("tol", [0.5, 1e-3, 1e-6])
def test_the_least_number_of_steps_is_found(
    rng: np.random.Generator, coefficients: str, normalization: str, tol: float
) -> None:
    for condition in (1.0, 3.0, 300.0, 1e8):
        W = with_spectrum(rng, 7, 4, np.geomspace(1, 1 / condition, 4))
        k = fire_ref.steps_needed(W, tol=tol, coefficients=coefficients, normalization=normalization)
        assert type(k) is int
        assert k == brute_force(W, tol, coefficients, normalization, 200)[0]


def test_k_is_enough_and_one_less_is_not(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 6))
    for tol in (1e-1, 1e-4):
        k = fire_ref.steps_needed(W, tol=tol)
        enough, less = (np.linalg.svd(fire_ref.newton_schulz(W, n))[1] for n in (k, k - 1))
        assert np.abs(1 - enough).max() <= tol < np.abs(1 - less).max()


def test_the_rule_of_thumb_of_the_cubic_holds(rng: np.random.Generator) -> None:
    for condition in (10.0, 1e4, 1e8):
        W = with_spectrum(rng, 6, 6, np.geomspace(1, 1 / condition, 6))
        guess = np.log(np.linalg.norm(W) * condition) / np.log(1.5) + 2.6
        assert abs(fire_ref.steps_needed(W, tol=1e-3) - guess) <= 1


def test_what_is_there_already_needs_no_step() -> None:
    assert fire_ref.steps_needed(np.eye(3), normalization="spectral") == 0
    assert fire_ref.steps_needed(np.diag([1.0, 0.5]), tol=0.5, normalization="none") == 0


def test_zeros_are_not_waited_for(rng: np.random.Generator) -> None:
    full = with_spectrum(rng, 6, 4, np.array([1.0, 0.5, 0.1, 0.0]))
    assert fire_ref.steps_needed(full) == brute_force(full, 1e-6, "cubic", "frobenius", 100)[0]
    assert fire_ref.steps_needed(full, rtol=0.2) < fire_ref.steps_needed(full)


def test_a_stack_gets_an_integer_array_on_every_backend(arrays: Backend) -> None:
    W = arrays.make(np.stack([np.diag([1.0, c]) for c in (1.0, 0.1, 0.01)]).reshape(3, 1, 2, 2), arrays.widest)
    k = fire_ref.steps_needed(W, tol=1e-3)
    assert type(k) is type(W)
    assert array_api_compat.array_namespace(W).isdtype(k.dtype, "integral")
    assert tuple(k.shape) == (3, 1)
    assert arrays.host(k)[:, 0].tolist() == [fire_ref.steps_needed(W[i, 0, ...], tol=1e-3) for i in range(3)]


def test_muon_never_arrives_and_the_message_says_how_near_it_came() -> None:
    W = np.diag([1.0, 0.5])
    nearest = brute_force(W, 1e-6, "muon", "frobenius", 10_000)[1]
    with pytest.raises(ValueError, match=r"^steps_needed: the matrix never comes within tol=1e-06") as caught:
        fire_ref.steps_needed(W, coefficients="muon")
    found = re.search(r"the nearest is ([0-9.e-]+)\.", str(caught.value))
    assert found is not None
    # Both follow the same values until they repeat or 10000 steps have passed; chaos keeps the best within 1 %.
    assert float(found[1]) == pytest.approx(nearest, rel=1e-2)


def test_the_matrix_of_a_stack_that_never_arrives_is_named() -> None:
    W = np.stack([np.eye(2), np.diag([2.0, 1.0])])[None]  # 2 goes to -1 and stays
    with pytest.raises(ValueError, match=r"matrix \(0, 1\) of the stack never comes .* the nearest is 1\."):
        fire_ref.steps_needed(W, normalization="none")


@pytest.mark.parametrize(
    ("s", "nearest"), [(2.0, "1"), (2.1, "1.1"), (5**0.5, "1.23607"), (3.0, "2"), (1e200, r"1e\+200")]
)
def test_an_unnormalised_cycle_flip_or_divergence_is_recognised(s: float, nearest: str) -> None:
    with pytest.raises(ValueError, match=rf"never comes within tol=1e-06 .* the nearest is {nearest}\. Try"):
        fire_ref.steps_needed([[s]], normalization="none")


def test_a_crawling_iteration_is_given_up() -> None:
    with pytest.raises(ValueError, match=r"the nearest is 0\.49"):
        fire_ref.steps_needed([[0.5]], normalization="none", coefficients=(1 + 1e-6, 0.0))


@pytest.mark.parametrize(
    ("W", "arguments", "message"),
    [
        (np.zeros((2, 2)), {}, "W must be nonzero"),
        (
            np.stack([np.eye(2), np.zeros((2, 2))]),
            {},
            r"W must be nonzero; got a zero matrix at stack index \(1,\)",
        ),
        ([[np.inf]], {}, "W must be finite"),
        (np.eye(2), {"tol": 0.0}, "tol must be a finite number > 0"),
        (np.eye(2), {"tol": -1.0}, "tol must be a finite number > 0"),
        (np.eye(2), {"rtol": 1.0}, "W must have a singular value that counts as nonzero"),
        (np.eye(2), {"coefficients": "septic"}, "coefficients must be one of"),
    ],
)
def test_wrong_arguments_of_steps_needed_are_refused(W: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^steps_needed: {message}"):
        fire_ref.steps_needed(W, **arguments)
