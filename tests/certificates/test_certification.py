"""certify: intervals that contain the truth of an independent route, and refusals that say why."""

from __future__ import annotations

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_ref.certificates import Certificate, balls, bounds, certification, certify
from fire_ref.errors import MissingExtraError

from ..backends import Backend, available
from ..strategies import matrices, orthonormal, with_spectrum
from .killed import kills
from .truth import contains, quantities

MAX = 1.7976931348623157e308
SHAPES = [(1, 1), (5, 1), (1, 4), (4, 4), (7, 4), (3, 6)]


@pytest.fixture(autouse=True)
def _flint() -> None:
    available("flint")


def polar(W: Any) -> Any:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return U @ Vh


def certified(W: Any, Q: Any) -> Certificate:
    found = certify(W, Q)
    assert isinstance(found, Certificate)
    return found


def intervals(found: Certificate) -> tuple[tuple[float, float], ...]:
    return found.orthonormality, found.distance, found.sfe_gap


def assert_true(W: Any, Q: Any, *, tight: float = 1e-9) -> None:
    """Certified, every interval contains the truth, and none is wide (where the value is not zero)."""
    found = certified(W, Q)
    assert found.certified
    assert found.reason == ""
    for interval, true in zip(intervals(found), quantities(W, Q), strict=True):
        assert math.isfinite(interval[0])
        assert math.isfinite(interval[1])
        assert 0 <= interval[0] <= interval[1]
        assert contains(interval, true)
        assert interval[1] - interval[0] <= tight * interval[1] or interval[1] < 1e-30


@pytest.mark.parametrize("planted", [0.0, 1e-12, 1e-9, 1e-6, 1e-3, 1e-1])
@pytest.mark.parametrize("condition", [1.0, 1e3, 1e8, 1e13])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_planted_error_is_enclosed(
    rng: np.random.Generator, shape: tuple[int, int], condition: float, planted: float
) -> None:
    W = with_spectrum(rng, *shape, np.geomspace(1, 1 / condition, min(shape)))
    E = rng.standard_normal(shape)
    Q = polar(W) + planted * E / np.linalg.norm(E)
    assert_true(W, Q)
    if planted >= 1e-3:
        assert 0.5 * planted < certified(W, Q).distance[0] < 2 * planted


@pytest.mark.parametrize("planted", [1e-12, 1e-6, 1e-1])
def test_an_error_along_the_isometries_is_enclosed(rng: np.random.Generator, planted: float) -> None:
    W = with_spectrum(rng, 6, 4, np.geomspace(1, 1e-3, 4))
    K = rng.standard_normal((4, 4))
    turn = np.linalg.qr(np.eye(4) + planted * (K - K.T))[0]
    turn *= np.sign(np.diag(turn))
    assert_true(W, polar(W) @ turn)


@pytest.mark.parametrize("wrong", ["negative", "random", "input", "huge", "tiny", "another factor", "transposed"])
def test_a_totally_wrong_answer_is_measured_just_as_well(rng: np.random.Generator, wrong: str) -> None:
    W = with_spectrum(rng, 4, 4, np.geomspace(3, 1e-2, 4))
    Q = {
        "negative": -polar(W),
        "random": rng.standard_normal((4, 4)),
        "input": W,
        "huge": 1e100 * polar(W),
        "tiny": 1e-300 * polar(W),
        "another factor": np.linalg.qr(W)[0],
        "transposed": polar(W).T,
    }[wrong]
    assert_true(W, Q)


@given(matrices(most=5, cond=1e6), st.sampled_from([0.0, 1e-10, 1e-5, 0.5]), st.integers(0, 2**32 - 1))
def test_any_matrix_with_any_error_is_enclosed(W: Any, planted: float, seed: int) -> None:
    E = np.random.default_rng(seed).standard_normal(W.shape)
    assert_true(W, polar(W) + planted * E)


def test_an_interval_of_n_64_is_narrow(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 64, 64, np.geomspace(1, 1e-3, 64))
    found = certified(W, polar(W))
    assert found.certified
    for low, high in intervals(found):
        assert 0 < low < high <= low * (1 + 1e-14)


def test_the_truth_itself_has_distance_zero() -> None:
    for W in (np.eye(3), np.diag([4.0, 2.0, 0.5]), np.eye(5, 2), np.eye(2, 5)):
        found = certified(W, np.eye(*W.shape))
        assert found.certified
        assert found.orthonormality == (0.0, 0.0)
        assert found.distance[0] == found.sfe_gap[0] == 0.0
        assert found.distance[1] < 1e-40
        assert found.sfe_gap[1] < 1e-80


def test_by_hand() -> None:
    found = certified(np.diag([3.0, 2.0]), np.diag([1.0, -1.0]))
    assert found.distance[0] <= 2.0 <= found.distance[1]
    assert found.sfe_gap[0] <= 8.0 <= found.sfe_gap[1]
    found = certified([[5.0]], [[2.0]])
    assert found.orthonormality == (3.0, 3.0)
    assert found.distance[0] <= 1.0 <= found.distance[1]
    assert found.sfe_gap[0] == 0.0  # the polar factor of 2 is that of 5


def test_the_gap_of_an_orthonormal_answer_is_that_of_the_measure(rng: np.random.Generator) -> None:
    W, V = rng.standard_normal((9, 5)), orthonormal(rng, 9, 5)
    low, high = certified(W, V).sfe_gap
    plain = np.linalg.norm(W - V) ** 2 - np.linalg.norm(W - polar(W)) ** 2
    assert low * (1 - 1e-12) <= plain <= high * (1 + 1e-12)


@pytest.mark.parametrize("coarse", ["W", "Q"])
@pytest.mark.parametrize("off", [1e-3, -1e-3])
def test_the_error_of_either_factor_counts(monkeypatch: pytest.MonkeyPatch, coarse: str, off: float) -> None:
    W, angle = np.diag([3.0, 2.0]), 0.1
    truth = 2 * (1 - math.cos(angle)) * 5
    fine = certification.enclosed
    asked: list[str] = []

    def enclosed(A: Any) -> Any:
        asked.append("Q" if asked else "W")
        found, reason = fine(A)
        if asked[-1] != coarse or found is None:
            return found, reason
        Q1 = balls.matrix(rotation((angle if coarse == "Q" else 0.0) + off))
        error = balls.ball(math.sqrt(2) * abs(off))
        return replace(found, factor=Q1, error=error, half=balls.symmetric(Q1.transpose() * A)), ""

    monkeypatch.setattr(certification, "enclosed", enclosed)
    found = certified(W, rotation(angle))
    assert asked == ["W", "Q"]
    assert found.sfe_gap[0] < truth < found.sfe_gap[1] < 1.1 * truth
    distance = 2 * math.sqrt(2) * math.sin(angle / 2)
    assert found.distance[0] * (1 - 1e-12) <= distance <= found.distance[1] * (1 + 1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_error_of_the_symmetric_factor_counts(monkeypatch: pytest.MonkeyPatch, sign: int) -> None:
    fine, error = certification.enclosed, balls.ball(1e-3)
    asked: list[Any] = []

    def enclosed(A: Any) -> Any:
        found, reason = fine(A)
        asked.append(A)
        if len(asked) > 1 or found is None:
            return found, reason
        return replace(found, error=error, half=found.half + balls.identity(2) * (sign * error * found.size)), reason

    monkeypatch.setattr(certification, "enclosed", enclosed)
    low, high = certified(np.diag([3.0, 2.0]), -np.eye(2)).sfe_gap
    assert 19.8 < low < 20.0 < high < 20.2


def rotation(angle: float) -> Any:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


@pytest.mark.parametrize(
    "W",
    [
        np.zeros((3, 2)),
        np.ones((4, 3)),
        np.diag([1.0, 0.0]),
        np.diag([1.0, 1e-17]),
        np.diag([1.0, 1e-200]),
        np.outer(np.arange(1.0, 5.0), [0.1, 0.2, 0.3]),
        np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]),
    ],
)
def test_without_full_rank_only_orthonormality_is_known(W: Any) -> None:
    found = certified(W, np.eye(*W.shape))
    assert not found.certified
    assert found.reason == "rank"
    assert found.orthonormality == (0.0, 0.0)
    assert all(map(math.isnan, (*found.distance, *found.sfe_gap)))


def test_a_product_of_low_rank_is_refused(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 3)) @ rng.standard_normal((3, 5))
    assert certified(W, polar(W)).reason == "rank"
    assert certified(W.T, polar(W.T)).reason == "rank"


@pytest.mark.parametrize("Q", [np.zeros((3, 3)), np.ones((3, 3)), np.diag([1.0, 1.0, 1e-30])])
def test_an_answer_without_a_polar_factor_still_has_a_distance(Q: Any) -> None:
    found = certified(np.diag([3.0, 2.0, 1.0]), Q)
    assert not found.certified
    assert found.reason == "rank of Q"
    true = np.linalg.norm(Q - np.eye(3))
    assert found.distance[0] <= true * (1 + 1e-15)
    assert found.distance[1] >= true * (1 - 1e-15)
    assert found.distance[1] - found.distance[0] < 1e-15
    assert all(map(math.isnan, found.sfe_gap))


def test_a_bound_beyond_float64_is_no_certificate() -> None:
    found = certified(np.diag([2.0, 1.0]), 1e200 * np.eye(2))
    assert not found.certified
    assert found.reason == "range"
    assert found.orthonormality == (MAX, math.inf)
    assert found.distance[0] <= math.sqrt(2) * 1e200 * (1 + 1e-15)
    found = certified(1e308 * np.eye(2), -np.eye(2))
    assert found.reason == "range"
    assert found.sfe_gap == (MAX, math.inf)


def test_what_cannot_be_proved_is_not_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "least_eigenvalue", lambda G, T: None)
    found = certified(np.diag([2.0, 1.0]), np.eye(2))
    assert (found.certified, found.reason) == (False, "precision")
    assert all(map(math.isnan, (*found.distance, *found.sfe_gap)))


def test_a_nan_is_never_certified() -> None:
    import flint

    nan = flint.arb("nan")
    for name in ("gap", "shifted"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bounds, name, lambda *given: (nan, nan))
            found = certified(np.diag([2.0, 1.0]), np.eye(2))
            assert (found.certified, found.reason) == (False, "precision")


def test_wrong_formulas_are_found_out(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 6, 4, np.geomspace(1, 1e-3, 4))
    Q = polar(W) + 1e-3 * rng.standard_normal((6, 4))

    def check() -> None:
        assert_true(W, Q)

    kills(
        check,
        bounds,
        "gap",
        squared_distance=lambda D, *rest: bounds.frobenius(D),
        whole_norm=lambda D, G, size, *rest: (size.lower(), (size * bounds.frobenius(D)[1] ** 2).upper()),
        zero=lambda *given: (given[2] * 0, given[2] * 0),
    )
    kills(
        check,
        bounds,
        "shifted",
        vacuous=lambda interval, error: (interval[0] * 0, interval[1] * 2),
        half=lambda interval, error: (interval[0] / 2, interval[1] / 2),
    )
    kills(check, bounds, "defect", half=lambda Q: (Q[0, 0].mid() * 0, Q[0, 0].mid() * 0))


@pytest.mark.parametrize("scale", [2.0**1000, 2.0**-1000, 2.0**-1060])
def test_a_power_of_two_changes_nothing_but_the_gap(rng: np.random.Generator, scale: float) -> None:
    W = rng.standard_normal((5, 3))
    W = np.round(W * 2**10) / 2**10  # exact in the subnormal range, too
    Q = polar(W) + 0.01
    plain, moved = certified(W, Q), certified(W * scale, Q)
    assert moved.certified
    assert (moved.orthonormality, moved.distance) == (plain.orthonormality, plain.distance)
    low, high = (end * scale for end in plain.sfe_gap)
    assert moved.sfe_gap[0] <= high
    assert moved.sfe_gap[1] >= low
    assert moved.sfe_gap[1] - moved.sfe_gap[0] <= 4e-16 * high + 5e-324


@pytest.mark.parametrize("scale", [1e300, 1e-300, 1e-310])
def test_extreme_scales_are_certified(rng: np.random.Generator, scale: float) -> None:
    W = with_spectrum(rng, 4, 3, np.array([1.0, 0.5, 0.1])) * scale
    assert_true(W, polar(W / scale) + 1e-3, tight=1e-9 if scale != 1e-310 else 1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_every_dtype_of_every_library_is_taken_as_it_is(arrays: Backend, rng: np.random.Generator, dtype: str) -> None:
    if dtype not in arrays.precisions:
        pytest.skip(f"{arrays.name} has no {dtype}")
    values = rng.standard_normal((5, 3))
    W, Q = arrays.make(values, dtype), arrays.make(polar(values), dtype)
    found = certified(W, Q)
    assert found.certified
    same = certified(arrays.host(W), arrays.host(Q))
    assert found == same
    for interval, true in zip(intervals(found), quantities(arrays.host(W), arrays.host(Q)), strict=True):
        assert contains(interval, true)


def test_two_libraries_and_two_dtypes_meet_on_the_host(arrays: Backend, rng: np.random.Generator) -> None:
    values = rng.standard_normal((4, 3)).astype(np.float32)
    Q = polar(values.astype(np.float64))
    assert certified(arrays.make(values, "float32"), Q) == certified(values, Q)


def test_lists_and_integers_are_numbers() -> None:
    assert certified([[2, 0], [0, 3]], np.eye(2, dtype=np.int8)).certified
    assert certified(np.array([[2, 0], [0, 3]]), [[1.0, 0.0], [0.0, 1.0]]).distance[1] < 1e-40


@pytest.mark.parametrize("kind", [list, np.asarray])
def test_integers_are_exact_or_refused(kind: Any) -> None:
    assert certify([[1]], kind([[2**53]])).distance == (2.0**53 - 1, 2.0**53 - 1)
    with pytest.raises(ValueError, match=r"certify: Q must hold integers that float64 holds"):
        certify([[1]], kind([[2**53 + 1]]))


def test_integers_of_jax_are_not_rounded_to_float32() -> None:
    jnp = available("jax.numpy")
    assert certify([[1.0]], jnp.asarray([[2**24 + 1]])).distance == (2.0**24, 2.0**24)


def test_a_stack_gives_a_list_in_the_order_of_the_flattened_batch(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 4, 2))
    W[1, 0] = 0
    Q = rng.standard_normal((2, 3, 4, 2))
    found = certify(W, Q)
    assert isinstance(found, list)
    assert len(found) == 6
    alone = [certified(W[i, j], Q[i, j]) for i in range(2) for j in range(3)]
    assert [repr(one) for one in found] == [repr(one) for one in alone]
    assert [one.reason for one in found] == ["", "", "", "rank", "", ""]
    assert isinstance(certify(W[:1, 0], Q[:1, 0]), list)


def test_wide_is_the_transpose_and_memory_order_plays_no_part(rng: np.random.Generator) -> None:
    W, Q = rng.standard_normal((3, 7)), rng.standard_normal((3, 7))
    plain = certified(W, Q)
    assert certified(W.T, Q.T) == plain
    assert certified(np.asfortranarray(W), Q) == plain
    twice = np.repeat(W, 2, axis=1)[:, ::2], np.repeat(Q, 2, axis=0)[::2]
    assert certified(*twice) == plain
    back = W[::-1, ::-1].copy()[::-1, ::-1], Q.astype(">f8")
    assert certified(*back) == plain


def test_nothing_given_is_modified(rng: np.random.Generator) -> None:
    W, Q = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))
    before = W.copy(), Q.copy()
    for array in (W, Q):
        array.flags.writeable = False
    assert certified(W, Q).certified
    assert (before[0] == W).all()
    assert (before[1] == Q).all()


@pytest.mark.parametrize(
    ("W", "Q", "error", "message"),
    [
        (np.eye(2), np.ones((2, 3)), ValueError, r"W and Q must have one shape; got \(2, 2\) and \(2, 3\)"),
        (np.ones((2, 3)), np.ones((3, 2)), ValueError, "W and Q must have one shape; .* Try Q transposed"),
        (np.full((2, 2), np.nan), np.eye(2), ValueError, r"W must be finite; got nan at index \(0, 0\)"),
        (np.eye(2), np.full((2, 2), -np.inf), ValueError, r"Q must be finite; got -inf at index \(0, 0\)"),
        (np.ones(3), np.ones(3), ValueError, r"W must have two axes or more; got shape \(3,\)"),
        (np.ones((0, 3)), np.ones((0, 3)), ValueError, "W must have no empty axis"),
        (np.ones((0, 3, 3)), np.ones((0, 3, 3)), ValueError, "W must have no empty axis"),
        (np.eye(2) + 1j, np.eye(2), TypeError, "W must be real"),
        (np.eye(2), np.eye(2) > 0, TypeError, "Q must be real"),
        ("W", np.eye(2), TypeError, "W must be a dense array"),
    ],
)
def test_a_refusal_names_certify_and_the_argument(W: Any, Q: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^certify: {message}"):
        certify(W, Q)


def test_without_python_flint_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flint", None)
    with pytest.raises(MissingExtraError, match=r'Try pip install "fire_ref\[certify\]"'):
        certify(np.eye(2), np.eye(2))


def test_threads_do_not_disturb_each_other(rng: np.random.Generator) -> None:
    import flint

    # The second needs more bits than the first; python-flint's precision belongs to all threads.
    pairs = [(with_spectrum(rng, 8, 8, np.geomspace(1, 1 / c, 8)), np.eye(8)) for c in (1e2, 1e13) * 6]
    before = flint.ctx.prec
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: certified(*pair), pairs))
    assert found == [certified(*pair) for pair in pairs]
    assert flint.ctx.prec == before


def test_the_precision_of_the_caller_comes_back_also_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    import flint

    before = flint.ctx.prec
    certify(np.eye(2), np.eye(2))
    assert flint.ctx.prec == before
    monkeypatch.setattr(bounds, "defect", lambda Q: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        certify(np.eye(2), np.eye(2))
    assert flint.ctx.prec == before
