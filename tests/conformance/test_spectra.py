"""Matrices have the singular values that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.precision import DTYPES, rounded, widened
from fire_ref.conformance.spectra import isometry, signed_permutation, spectrum, with_spectrum
from fire_ref.tolerances import EPS, residual_bound

RECIPES = ["log:1e-3", "linear:0.2", "flat", "clustered:1e-6", "tiny:1e-6", "two:2:0.5"]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("p", [1, 2, 3, 8, 32])
def test_a_spectrum_falls_from_one(recipe: str, p: int) -> None:
    s = spectrum(recipe, p)
    assert s.shape == (p,)
    assert s[0] == 1 or (recipe.startswith("two") and p < 3)
    assert (np.diff(s) <= 0).all()
    assert (s > 0).all()


def test_recipes_are_what_they_say() -> None:
    np.testing.assert_allclose(spectrum("log:1e-2", 3), [1, 0.1, 0.01])
    np.testing.assert_allclose(spectrum("linear:0.5", 3), [1, 0.75, 0.5])
    np.testing.assert_array_equal(spectrum("flat", 2), [1, 1])
    np.testing.assert_array_equal(spectrum("two:2:0.25", 5), [1, 1, 1, 0.25, 0.25])
    np.testing.assert_allclose(spectrum("tiny:1e-6", 3), [1, 0.5, 1e-6])
    clustered = spectrum("clustered:0.01", 4)
    assert ((clustered[:2] >= 0.99) & (clustered[2:, None].T[0] <= 0.1)).all()
    assert len(set(clustered)) == 4


@pytest.mark.parametrize("recipe", ["", "log", "log:1:2", "flat:1", "cubic:3", "two:1", "linear"])
def test_another_recipe_is_refused(recipe: str) -> None:
    with pytest.raises(ValueError, match=r"^spectrum: recipe must be log:r, linear:r, flat, "):
        spectrum(recipe, 4)


@pytest.mark.parametrize(("m", "n"), [(9, 4), (4, 9), (6, 6), (1, 3), (3, 1)])
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_matrix_has_its_singular_values(m: int, n: int, recipe: str, rng: np.random.Generator) -> None:
    s = spectrum(recipe, min(m, n))
    found = np.linalg.svd(with_spectrum(rng, m, n, s), compute_uv=False)
    assert np.abs(found - s).max() <= residual_bound(min(m, n), EPS["float64"])


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_sign_of_a_determinant_is_asked_for(sign: int, rng: np.random.Generator) -> None:
    for _ in range(8):
        assert np.linalg.det(with_spectrum(rng, 5, 5, spectrum("linear:0.5", 5), sign)) * sign > 0


def test_an_isometry_has_orthonormal_columns_of_either_sign(rng: np.random.Generator) -> None:
    Q = isometry(rng, 9, 4)
    assert np.linalg.norm(Q.T @ Q - np.eye(4)) <= residual_bound(4, EPS["float64"])
    signs = np.array([isometry(rng, 3, 3)[0] > 0 for _ in range(64)])
    assert (np.abs(signs.mean(axis=0) - 0.5) < 0.3).all()


@pytest.mark.parametrize(("m", "n"), [(6, 6), (7, 4), (4, 7)])
def test_a_signed_permutation_is_exact_in_every_dtype(m: int, n: int, rng: np.random.Generator) -> None:
    W = signed_permutation(rng, m, n)
    assert np.count_nonzero(W) == min(m, n)
    assert np.count_nonzero(W, axis=0).max() == np.count_nonzero(W, axis=1).max() == 1
    values = np.abs(W[W != 0])
    assert (np.log2(values) % 1 == 0).all()
    for dtype in DTYPES:
        np.testing.assert_array_equal(widened(rounded(W, dtype)), W)
