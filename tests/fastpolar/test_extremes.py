"""Estimates by a few vectors: on the side they claim, and near enough to choose a route by."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from fire_ref.fastpolar import extremes

from ..strategies import with_spectrum


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_ends_of_the_spectrum(rng: np.random.Generator, dtype: str) -> None:
    for condition in (1.0, 30.0, 1e3):
        W = np.asfortranarray(with_spectrum(rng, 60, 60, np.geomspace(1, 1 / condition, 60)).astype(dtype))
        lu, pivots = scipy.linalg.lu_factor(W)
        assert 0.7 <= extremes.largest(W) <= 1.001
        assert 0.999 <= extremes.smallest(np.asfortranarray(lu), pivots) * condition <= 1.5
        R = np.asfortranarray(np.linalg.qr(W)[1])
        assert 0.999 <= extremes.smallest_of_triangle(R) * condition <= 1.5


def test_a_singular_matrix_has_no_smallest_value() -> None:
    lu = np.asfortranarray(np.diag([1.0, 0.0]))
    assert extremes.smallest(lu, np.array([0, 1], dtype=np.int32)) == 0.0
    for value in (0.0, 1e-200, np.nan):
        with np.errstate(all="ignore"):
            assert extremes.smallest_of_triangle(np.asfortranarray(np.diag([1.0, value]))) == 0.0


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_norms_read_the_upper_triangle_only(rng: np.random.Generator, dtype: str) -> None:
    A = rng.standard_normal((50, 50)).astype(dtype)
    A = A + A.T
    upper = np.asfortranarray(np.triu(A))
    spectral = np.linalg.norm(A.astype(np.float64), 2)
    assert 0.7 * spectral <= extremes.symmetric_norm(upper) <= 1.001 * spectral
    assert extremes.triangle_norm(upper) == pytest.approx(np.linalg.norm(A.astype(np.float64)), rel=1e-5)


def test_the_vectors_are_the_same_every_time_and_nobody_can_write_to_them() -> None:
    V = extremes.probes(9, 4, "float32")
    extremes.probes.cache_clear()
    np.testing.assert_array_equal(extremes.probes(9, 4, "float32"), V)
    assert not V.flags.writeable


@pytest.mark.parametrize("value", [1e200, np.inf, np.nan])
def test_what_overflows_is_infinite_and_not_zero(value: float) -> None:
    X = np.asfortranarray(np.diag([1.0, value]))
    with np.errstate(all="ignore"):
        assert extremes.largest(X) == np.inf
        assert extremes.symmetric_norm(X) == np.inf


def test_one_vector_that_overflows_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extremes, "probes", lambda n, count, name: np.asfortranarray(np.eye(2)))
    with np.errstate(all="ignore"):
        assert extremes.smallest_of_triangle(np.asfortranarray(np.diag([1.0, 1e-200]))) == 0.0
