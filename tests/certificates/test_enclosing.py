"""enclosing: the proof does not depend on the proposal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

from fire_ref.certificates import balls, bounds, enclosing, proposing
from fire_ref.certificates.balls import matrix

from ..backends import available
from ..strategies import orthonormal, with_spectrum
from .killed import kills
from .truth import DIGITS, exact, frobenius, polar


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    available("flint")
    with balls.working("certify"):
        yield


def polar_in_float(W: Any) -> Any:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return U @ Vh


def error_of(factor: Any, W: Any) -> Any:
    """Return the true ||Q1 - Q*||_F of an exact ball matrix."""
    with mpmath.workdps(DIGITS):
        entries = [mpmath.mpf(int(m)) * mpmath.mpf(2) ** int(e) for m, e in (x.man_exp() for x in factor.entries())]
        Q1 = mpmath.matrix(factor.nrows(), factor.ncols())
        for k, x in enumerate(entries):
            Q1[k // factor.ncols(), k % factor.ncols()] = x
        return frobenius(Q1 - polar(exact(W)))


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e6, 1e12])
@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (3, 3), (7, 4)])
def test_the_factor_is_enclosed_to_many_digits(
    rng: np.random.Generator, shape: tuple[int, int], condition: float
) -> None:
    W = with_spectrum(rng, *shape, np.geomspace(1, 1 / condition, shape[1]))
    found, reason = enclosing.enclosed(matrix(W))
    assert found is not None
    assert reason == ""
    assert error_of(found.factor, W) <= mpmath.mpf(float(found.error)) + mpmath.mpf(10) ** (5 - DIGITS) * condition**2
    assert float(found.error) < 1e-35
    assert float(found.size) >= np.linalg.norm(W, 2) * (1 - 1e-15)
    _, s, Vh = np.linalg.svd(W, full_matrices=False)
    assert np.allclose(balls.nearest(found.half), (Vh.T * s) @ Vh, rtol=0, atol=1e-13)


@pytest.mark.parametrize("planted", [1e-12, 1e-8, 1e-4, 1e-2])
@pytest.mark.parametrize("kind", ["any", "rotation", "scale"])
@pytest.mark.parametrize("shape", [(3, 3), (7, 4)])
def test_the_bound_holds_for_a_factor_that_was_not_corrected(
    rng: np.random.Generator, shape: tuple[int, int], kind: str, planted: float
) -> None:
    n = shape[1]
    W = with_spectrum(rng, *shape, np.linspace(1, 0.5, n))
    E = rng.standard_normal((n, n))
    E = {"any": E, "rotation": E - E.T, "scale": np.eye(n)}[kind]
    Q = polar_in_float(W) @ (np.eye(n) + planted * E / np.linalg.norm(E))
    found = enclosing.around(matrix(W), matrix(Q))
    assert found is not None
    true = error_of(found.factor, W)
    assert true <= float(found.error) <= 30 * true


def test_the_distance_of_the_isometry_counts(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 4, 3, np.array([1.0, 0.9, 0.8]))

    def check() -> None:
        turned = polar_in_float(W) @ (np.eye(3) + 0.001 * np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 0]]))
        found = enclosing.around(matrix(W), matrix(turned))
        assert found is not None
        assert error_of(found.factor, W) <= float(found.error)

    kills(check, bounds, "to_factor", nothing=lambda rho, g: balls.ball(0))


def test_the_distance_to_the_isometry_counts(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    W = with_spectrum(rng, 4, 3, np.array([1.0, 0.9, 0.8]))
    longer = polar_in_float(W) * 1.001  # its isometry is W's factor, so that the other part may be next to nothing
    monkeypatch.setattr(bounds, "to_factor", lambda rho, g: balls.ball(1e-14))
    found = enclosing.around(matrix(W), matrix(longer))
    assert found is not None
    assert error_of(found.factor, W) <= float(found.error)


@pytest.mark.parametrize("wrong", ["negative", "reflected", "turned", "identity", "huge", "zero", "garbage"])
def test_a_wrong_proposal_is_never_believed(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    W = with_spectrum(rng, 5, 3, np.array([2.0, 1.0, 0.25]))
    right = proposing.inverse_root

    def propose(C: Any, bits: int) -> Any:
        S = right(C, bits)
        V = matrix(orthonormal(rng, 3, 3))
        return {
            "negative": S * balls.ball(-1),
            "reflected": S * matrix(np.eye(3) - 2 * np.outer([0.6, 0.8, 0], [0.6, 0.8, 0])),
            "turned": S * V,
            "identity": balls.identity(3),
            "huge": S * balls.ball(1e300),
            "zero": S * balls.ball(0),
            "garbage": matrix(rng.standard_normal((3, 3))),
        }[wrong].mid()

    monkeypatch.setattr(proposing, "inverse_root", propose)
    found, reason = enclosing.enclosed(matrix(W))
    if found is None:
        assert reason in ("rank", "precision")
    else:
        assert error_of(found.factor, W) <= float(found.error)
    assert found is None or wrong == "turned"


@pytest.mark.parametrize("wrong", ["identity", "zero", "huge", "garbage", "nan"])
def test_a_wrong_cholesky_factor_is_never_believed(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    T = {
        "identity": np.eye(2),
        "zero": np.zeros((2, 2)),
        "huge": 1e200 * np.eye(2),
        "garbage": rng.standard_normal((2, 2)),
        "nan": np.full((2, 2), np.nan),
    }[wrong]
    monkeypatch.setattr(proposing, "inverse_cholesky", lambda G: matrix(T))
    assert enclosing.around(matrix(np.diag([1.0, 0.0])), balls.identity(2)) is None
    assert enclosing.around(matrix(np.diag([1.0, -0.5])), balls.identity(2)) is None


def test_full_rank_is_part_of_the_proof() -> None:
    singular = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    for Q in (np.eye(3, 2), np.array([[1.0, 0], [0, 1], [0, 0]]), np.ones((3, 2)) / 3):
        assert enclosing.around(matrix(singular), matrix(Q)) is None
    # The numbers decide, not the proposal: one more bit and it is regular.
    assert enclosing.enclosed(matrix(singular)) == (None, "rank")
    singular[2, 1] = 0.5
    assert enclosing.enclosed(matrix(singular))[0] is not None


@pytest.mark.parametrize("largest", [1.0, 8.0, 0.125])
def test_the_one_rule_of_rank_is_that_of_float64(largest: float) -> None:
    limit = 4 * 2.0**-52
    for factor, reason in [(2.0, ""), (0.5, "rank")]:
        found, why = enclosing.enclosed(matrix(largest * np.diag([1.0, 1.0, 1.0, factor * limit])))
        assert why == reason
        assert (found is None) == bool(reason)


@pytest.mark.parametrize("values", [[1.0, 1e-200], [1.0, 5e-324], [1.0, 0.0], [0.0, 0.0]])
def test_no_condition_is_too_bad_to_be_refused(values: list[float]) -> None:
    assert enclosing.enclosed(matrix(np.diag(values))) == (None, "rank")


def test_a_bound_that_is_nan_refuses() -> None:
    nan = balls.ball(float("nan"))
    eye = balls.identity(2)
    assert enclosing.around(eye, eye) is not None
    for name, value in [("defect", (nan, nan)), ("least_eigenvalue", nan), ("residual", nan)]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bounds, name, lambda *given, value=value: value)
            assert enclosing.around(eye, eye) is None
