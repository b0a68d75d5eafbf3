from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.diagnosis.matching import close, match, solved, total
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.tolerances import EPS, residual_bound


def test_a_multiple_matches_with_its_factor(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    found = match(2.5 * W, W, EPS["float32"])
    assert found is not None
    assert found.factor == pytest.approx(2.5)


def test_another_matrix_a_negative_multiple_and_nan_do_not_match(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3))
    for other in (rng.standard_normal((4, 3)), -W, W * np.nan, W.T, np.zeros((4, 3))):
        assert match(other, W, EPS["float32"]) is None


@pytest.mark.parametrize("name", ["official", "muon", "paper"])
def test_the_solver_is_the_dialect(name: str, rng: np.random.Generator) -> None:
    W, dialect = rng.standard_normal((6, 4)), DIALECTS[name]
    if dialect.exact:
        expected = fire_ref.polar_factor(W)
    else:
        expected = fire_ref.newton_schulz(W, dialect.steps, coefficients=dialect.coefficients, eps=dialect.eps)
    stretch = 100.0
    assert np.linalg.norm(solved(W, dialect) - expected) <= residual_bound(4, 2.0**-52) * stretch


def test_the_solver_takes_another_norm(rng: np.random.Generator) -> None:
    W, dialect = rng.standard_normal((6, 4)), DIALECTS["official"]
    expected = fire_ref.newton_schulz(W / 20, 10, normalization="none")
    assert np.linalg.norm(solved(W, dialect, norm=20.0) - expected) <= residual_bound(4, 2.0**-52) * 100


def test_factors_are_close_relative_to_each_other() -> None:
    assert close(1.01, 1.0, 0.02)
    assert not close(1.03, 1.0, 0.02)


def test_the_norm_of_a_whole_array_does_not_overflow() -> None:
    assert total(np.full((2, 2), 1e300)) == pytest.approx(2e300)
