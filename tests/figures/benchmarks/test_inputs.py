"""Inputs have the spectrum that they are named after."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks.cases import FULL, QUICK
from figures.benchmarks.inputs import matrix, spectrum
from fire_ref.tolerances import residual_bound

KINDS = sorted({case.kind for plan in (QUICK, FULL) for case in plan.exact} - {"Gaussian"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(12, 12), (30, 12)])
def test_the_spectrum_is_as_named(kind: str, shape: tuple[int, int]) -> None:
    s = np.linalg.svd(matrix(kind, *shape, "float64"), compute_uv=False)
    # Each of two factors has the backward error of a factorisation, and the values are at most 1.
    assert np.abs(s - spectrum(kind, 12)).max() <= 2 * residual_bound(12, 2.0**-52)
    if kind.startswith("cond"):
        wanted = float(kind.removeprefix("cond "))
        assert spectrum(kind, 12)[0] / spectrum(kind, 12)[-1] == pytest.approx(wanted)


def test_half_rank_and_clusters_are_halves() -> None:
    assert list(spectrum("half rank", 5)) == [1, 1, 1, 0, 0]
    assert list(spectrum("clustered", 4)) == [1, 1, 1e-4, 1e-4]


def test_matrices_are_the_same_each_time_and_of_their_dtype() -> None:
    for kind in (*KINDS, "Gaussian"):
        one, other = (matrix(kind, 9, 4, "float32") for _ in range(2))
        np.testing.assert_array_equal(one, other)
        assert (one.shape, one.dtype) == ((9, 4), np.float32)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        spectrum("nonsense", 3)
