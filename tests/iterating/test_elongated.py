"""One long matrix by its Gram matrix: as exact as the contract asks, at every condition and number of steps."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.coefficients import at, schedule
from fire_ref.iterating import elongated
from fire_ref.iterating.products import square
from fire_ref.iterating.segments import segments
from fire_ref.response import respond
from fire_ref.tolerances import EPS, iterate_bound

from ..strategies import with_spectrum
from ..test_schulz import amplification

SPECTRA = {
    "flat": np.ones(24),
    "cond 1e3": np.geomspace(1, 1e-3, 24),
    "cond 1e8": np.geomspace(1, 1e-8, 24),
    "one above many": np.r_[1.0, np.full(23, 2e-3)],
    "half the rank": np.r_[np.ones(12), np.zeros(12)],
}


@pytest.mark.parametrize("steps", [1, 4, 5, 6, 11, 40])
@pytest.mark.parametrize("name", sorted(fire_ref.COEFFICIENTS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_the_closed_form(rng: np.random.Generator, name: str, steps: int, dtype: str) -> None:
    triples = [at(schedule("test", name), step) for step in range(steps)]
    for s in SPECTRA.values():
        W = with_spectrum(rng, 200, 24, s / np.linalg.norm(s)).astype(dtype)
        U, x, Vh = np.linalg.svd(W.astype(np.float64), full_matrices=False)
        elongated.iterate(
            W, segments(triples, 24), [square(24, W.dtype) for _ in range(elongated.SQUARES)], np.empty((7, 24), dtype)
        )
        stretch = amplification(x, triples, 200 * EPS[dtype] * x[0])
        error = np.linalg.norm(W - (U * respond(x, steps, triples)) @ Vh)
        assert error <= iterate_bound(24, EPS[dtype], stretch)


def test_without_a_restart_it_would_not_be() -> None:
    rng, triples = np.random.default_rng(0), [(1.5, -0.5, 0.0)] * 40
    s = np.geomspace(1, 1e-8, 24)
    W = with_spectrum(rng, 200, 24, s / np.linalg.norm(s))
    U, x, Vh = np.linalg.svd(W, full_matrices=False)
    whole = [[move for segment in segments(triples, 24) for move in segment]]
    with np.errstate(all="ignore"):
        elongated.iterate(W, whole, [square(24, W.dtype) for _ in range(4)], np.empty((7, 24)))
    error = np.linalg.norm(W - (U * respond(x, 40, triples)) @ Vh)
    assert not error <= iterate_bound(24, EPS["float64"], 1.5**40)
