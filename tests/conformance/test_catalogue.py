"""Every verification has its cases: few shapes, each id once, enough of them conclusive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.catalogue import DEPTH, SCALES, catalogue
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.judging import LEAST
from fire_ref.conformance.precision import DTYPES, limits, widened

from .observed import PAIRS, allowed, answered, results, told, valid

ASKED = [
    (name, level, adapter)
    for name, level in PAIRS
    for adapter in (None, "linear", "conv2d")
    if adapter is None or (level == "weight" and (adapter == "linear" or 4 in DIALECTS[name].layouts))
]


@pytest.mark.parametrize(("name", "level", "adapter"), ASKED)
@pytest.mark.parametrize("quick", [False, True])
def test_shapes_are_few_and_ids_unique(name: str, level: str, adapter: str | None, quick: bool) -> None:
    for dtype in DTYPES:
        cases = catalogue(DIALECTS[name], level, dtype, quick=quick, adapter=adapter)
        assert len({one.id for one in cases}) == len(cases)
        assert len({(one.shape, one.dtype) for one in cases}) <= (6 if quick else 16)
        assert {one.dtype for one in cases if "purity" not in one.flags} == {dtype}
        assert sum("probe" in one.flags for one in cases) == 4
        assert any("half" in one.flags for one in cases)


@pytest.mark.parametrize(("name", "level", "adapter"), ASKED)
def test_quick_is_a_part_of_the_whole_in_its_order(name: str, level: str, adapter: str | None) -> None:
    whole = catalogue(DIALECTS[name], level, "float32", adapter=adapter)
    quick = catalogue(DIALECTS[name], level, "float32", adapter=adapter, quick=True)
    assert [one for one in whole if one in quick] == list(quick)
    assert len(quick) < len(whole)


def flags(name: str, level: str, **known: Any) -> set[str]:
    return {flag for one in catalogue(DIALECTS[name], level, "float32", **known) for flag in one.flags}


@pytest.mark.parametrize("quick", [False, True])
def test_levels_and_adapters_have_what_they_can_take(quick: bool) -> None:
    assert "conv" in flags("official", "weight", quick=quick)
    assert "stack" in flags("official", "matrix", quick=quick)
    assert not {"conv", "stack"} & flags("official", "weight", quick=quick, adapter="linear")
    assert "conv" in flags("official", "weight", quick=quick, adapter="conv2d")
    assert "stack" in flags("official-sac", "weight", quick=quick)
    assert not {"conv", "stack"} & flags("norm-preserving", "weight", quick=quick)
    assert "moved" in flags("muon", "matrix", quick=quick)


def test_everything_important_is_asked_in_the_full_run() -> None:
    both = {"probe", "half", "odd", "padded", "scale", "subnormal", "rank", "zero", "nonfinite", "purity", "det+"}
    for name, level in PAIRS:
        assert both <= flags(name, level), (name, level)
    assert {"zero-tap", "uneven"} <= flags("official", "weight")


def test_a_stack_may_be_refused_by_a_matrix_function_only() -> None:
    def verdicts(name: str, level: str) -> set[str]:
        return {one.verdict for one in catalogue(DIALECTS[name], level, "float32") if "stack" in one.flags}

    assert verdicts("official", "matrix") == {"acceptable"}
    assert verdicts("official-sac", "weight") == {"valid"}


def test_a_module_with_a_convolution_gets_kernels_only() -> None:
    cases = catalogue(DIALECTS["official"], "weight", "float32", adapter="conv2d")
    assert {len(one.shape) for one in cases} == {4}
    assert {one.shape[2:] for one in cases if "conv" not in one.flags} == {(1, 1)}


def test_a_seed_moves_all_seeds() -> None:
    plain, moved = (catalogue(DIALECTS["muon"], "matrix", "float32", seed=seed) for seed in (0, 5))
    assert [one.seed for one in moved] == [one.seed + 5 for one in plain]
    assert [one.id for one in moved] == [one.id for one in plain]


@pytest.mark.parametrize(("name", "level"), PAIRS)
def test_every_value_is_finite_and_none_vanishes(name: str, level: str) -> None:
    """Scales and depths fit their dtype: nothing but the cases that say so holds NaN, inf or nothing."""
    for dtype in DTYPES:
        for one in catalogue(DIALECTS[name], level, dtype):
            given = widened(one.values(DIALECTS[name], level))
            assert np.isfinite(given).all() == ("nonfinite" not in one.flags), one.id
            assert given.any() == ("zero" not in one.flags or "zero-tap" in one.flags), one.id


def test_scales_are_within_their_dtype() -> None:
    for dtype, scales in SCALES.items():
        least, most = limits(dtype)
        assert all(least < scale < most for scale in scales)
        assert DEPTH[dtype] > fire_ref.tolerances.EPS[dtype]


def conclusive(name: str, level: str, dtype: str, seed: int) -> set[str]:
    """The cases that would tell a wrong answer; the right one, rounded once, must not fail anywhere."""
    dialect = DIALECTS[name]
    cases = valid(dialect, level, dtype, seed=seed)
    seen = answered(told(dialect, level), cases, dialect, level, dtype, allowed(dialect, dtype))
    found = results(seen, "value.converged" if dialect.exact else "value.faithful")
    assert [one.case for one in found if one.status not in ("pass", "inconclusive")] == []
    return {one.case for one in found if one.status == "pass"}


@pytest.mark.parametrize(
    ("name", "level", "seed"), [*((*pair, 0) for pair in PAIRS), *(("polar-express", "matrix", i) for i in range(1, 5))]
)
def test_enough_cases_are_conclusive_even_in_the_least_precise_arithmetic(name: str, level: str, seed: int) -> None:
    for dtype in DTYPES:
        telling = conclusive(name, level, dtype, seed)
        quick = {one.id for one in catalogue(DIALECTS[name], level, dtype, quick=True, seed=seed)}
        assert len(telling & quick) >= LEAST, dtype
