"""A record says all: the same record gives the same bits, with the values that its text promises."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.case import JUDGEMENTS, Case, turned
from fire_ref.conformance.catalogue import catalogue
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.precision import DTYPES, limits, widened
from fire_ref.conformance.targets.outcome import FORMS
from fire_ref.tolerances import EPS

from .observed import OFFICIAL, PAIRS


def made(recipe: str = "log:0.1", shape: tuple[int, ...] = (8, 5), dtype: str = "float64", **known: Any) -> Case:
    return Case("made", "", shape, recipe, dtype, **known)


def values(one: Case, dialect: str = "official", level: str = "matrix") -> Any:
    return widened(one.values(DIALECTS[dialect], level))


def marked(*flags: str, recipe: str = "log:0.1", shape: tuple[int, ...] = (8, 5), **known: Any) -> Any:
    return values(made(recipe, shape, flags=frozenset(flags), **known))


@pytest.mark.parametrize(("name", "level"), PAIRS)
def test_the_same_record_gives_the_same_bits(name: str, level: str) -> None:
    dialect = DIALECTS[name]
    for one in catalogue(dialect, level, "bfloat16", seed=3):
        given = one.values(dialect, level)
        assert given.tobytes() == replace(one).values(dialect, level).tobytes()
        assert (given.shape, str(given.dtype)) == (one.shape, one.dtype)


def test_another_seed_or_name_gives_other_numbers_of_the_same_kind() -> None:
    one = made(scale=2.0)
    for other in (replace(one, seed=1), replace(one, id="other")):
        assert (values(other) != values(one)).all()
        np.testing.assert_allclose(np.linalg.norm(values(other)), np.linalg.norm(values(one)), rtol=8 * EPS["float64"])


def test_the_scale_is_on_the_largest_singular_value() -> None:
    for scale in (0.01, 1.0, 3.0):
        s = np.linalg.svd(values(made(scale=scale)), compute_uv=False)
        np.testing.assert_allclose(s, scale * np.geomspace(1, 0.1, 5), rtol=80 * EPS["float64"])


def test_plain_recipes_are_what_they_say() -> None:
    np.testing.assert_array_equal(values(made("identity", (3, 2), scale=2.0)), 2 * np.eye(3, 2))
    assert not values(made("zero")).any()
    assert np.count_nonzero(values(made("permutation", (6, 4)))) == 4
    assert np.linalg.norm(values(made("gaussian", (40, 30)))) == pytest.approx(30**0.5, rel=0.2)


def test_dead_columns_and_equal_rows() -> None:
    assert (np.abs(marked("dead")).sum(axis=0) == 0).sum() == 3
    twin = marked("twin")
    np.testing.assert_array_equal(twin[-3:], twin[:3])
    assert np.linalg.matrix_rank(marked("dead")) == 2
    assert np.linalg.matrix_rank(marked("twin", shape=(8, 8))) == 5


def test_one_number_is_not_finite() -> None:
    assert np.isnan(marked("nan")).sum() == 1
    assert np.isinf(marked("inf")).sum() == 1


def test_determinants_have_their_sign() -> None:
    for seed in range(6):
        assert np.linalg.det(marked("det+", shape=(4, 4), seed=seed)) > 0
        assert np.linalg.det(marked("det-", shape=(4, 4), seed=seed)) < 0


def test_slices_are_uneven_or_equal() -> None:
    stack = made(shape=(4, 5, 3), flags=frozenset({"stack"}))
    norms = np.linalg.norm(values(stack), axis=(1, 2))
    assert norms.max() / norms.min() == pytest.approx(1)
    norms = np.linalg.norm(values(replace(stack, flags=stack.flags | {"uneven"})), axis=(1, 2))
    np.testing.assert_allclose(norms / norms[0], [1, 0.1, 0.01, 1])


def test_a_kernel_is_made_of_its_taps() -> None:
    kernel = made("linear:0.5", (6, 4, 3, 2), flags=frozenset({"conv"}))
    taps = np.moveaxis(values(kernel, level="weight"), (2, 3), (0, 1)).reshape(-1, 6, 4)
    for tap in taps:
        np.testing.assert_allclose(np.linalg.svd(tap, compute_uv=False), [1, 5 / 6, 4 / 6, 0.5])
    zero = values(replace(kernel, flags=kernel.flags | {"zero-tap"}), level="weight")
    assert (np.abs(zero).sum(axis=(0, 1)) == 0).sum() == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_subnormal_numbers_are_below_the_smallest_normal_one(dtype: str) -> None:
    found = values(made(dtype=dtype, flags=frozenset({"subnormal"})))
    assert 0 < np.abs(found).max() < limits(dtype)[0]


def test_a_turned_case_is_its_base_with_permuted_rows_and_columns_and_signs() -> None:
    base = made(shape=(9, 4), scale=1.5)
    moved = values(replace(base, id="turned", base="made", flags=frozenset({"turned"})))
    straight = values(base)
    np.testing.assert_array_equal(np.sort(np.abs(moved), axis=None), np.sort(np.abs(straight), axis=None))
    np.testing.assert_array_equal(moved, turned(straight))
    assert (np.abs(moved) != np.abs(straight)).any()
    signs = np.sign(turned(np.ones((9, 4))))
    assert np.linalg.matrix_rank(signs) == 1
    assert (signs < 0).any()
    assert (signs > 0).any()


def test_turning_is_the_same_for_every_matrix_of_a_shape(rng: np.random.Generator) -> None:
    W, V = rng.standard_normal((2, 6, 5))
    np.testing.assert_array_equal(turned(W + V), turned(W) + turned(V))
    np.testing.assert_allclose(np.linalg.svd(turned(W), compute_uv=False), np.linalg.svd(W, compute_uv=False))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_transposed_case_is_its_base_transposed(dtype: str) -> None:
    base = made(shape=(9, 4), dtype=dtype)
    moved = replace(base, id="transposed", shape=(4, 9), base="made", flags=frozenset({"transposed"}))
    np.testing.assert_array_equal(values(moved), values(base).T)


def every() -> list[Case]:
    asked = [("official", "matrix"), ("official", "weight"), ("official-sac", "weight")]
    return [one for name, level in asked for one in catalogue(DIALECTS[name], level, "float32")]


def test_every_flag_is_documented() -> None:
    known = set(re.findall(r'"([a-z+-]+)"', Case.__doc__ or ""))
    assert {flag for one in every() for flag in one.flags} - known == set()


def test_every_verdict_and_form_is_a_known_one() -> None:
    assert {one.verdict for one in every()} == set(JUDGEMENTS)
    assert {one.form for one in every()} <= set(FORMS)


def test_a_case_is_frozen() -> None:
    with pytest.raises(AttributeError):
        made().scale = 2.0  # type: ignore[misc]
    assert made().values(OFFICIAL, "matrix") is not made().values(OFFICIAL, "matrix")
