"""One matrix by symmetric products: the plain steps' result, whatever buffers there are."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.coefficients import schedule
from fire_ref.iterating import symmetric
from fire_ref.iterating.moves import moves
from fire_ref.iterating.products import square
from fire_ref.response import respond
from fire_ref.tolerances import EPS, iterate_bound

from ..strategies import with_spectrum


@pytest.mark.parametrize("name", ["cubic", "muon", "quintic"])
@pytest.mark.parametrize("buffers", [1, 2])
@pytest.mark.parametrize("steps", [0, 1, 4, 5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_the_closed_form(rng: np.random.Generator, name: str, buffers: int, steps: int, dtype: str) -> None:
    s, triples = np.geomspace(1, 1e-3, 20), schedule("test", name) * steps
    W = with_spectrum(rng, 70, 20, s).astype(dtype)
    U, s, Vh = np.linalg.svd(W.astype(np.float64), full_matrices=False)
    planned = moves(triples, pairs=buffers == 2)
    symmetric.iterate(
        W, planned, [square(20, W.dtype)] * 1 + [square(20, W.dtype)] * (buffers - 1), np.empty((9, 20), dtype)
    )
    stretch = float(np.prod([abs(a) for a, _, _ in triples]))  # the slope at zero is the largest of these sets
    error = np.linalg.norm(W - (U * respond(s, steps, triples or ((1.0, 0.0, 0.0),))) @ Vh)
    assert error <= iterate_bound(20, EPS[dtype], stretch)
