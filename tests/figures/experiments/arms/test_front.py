"""Half way: on the exact front, every s/c at its cube root."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.experiments.arms.front import change

from ....backends import available
from ..faked import conv_moment, matrices, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_singular_values_go_to_their_cube_roots_and_nothing_dominates_it(make: Any) -> None:
    available("torch")
    now = make()
    new = matrices(now.model, change(now).state)
    for name, (W, c) in matrices(now.model).items():
        V = new[name][0]
        s, v = (np.linalg.svd(one.double().numpy(), compute_uv=False) for one in (W, V))
        # float32 in, float32 out.
        np.testing.assert_allclose(np.sort(v / c), np.sort(np.cbrt(s / c)), rtol=1e-4)
        paid = fire_ref.excess(W, V, gain=c)
        assert float(paid.sfe) == pytest.approx(float(paid.least_sfe), rel=1e-3)
        assert 0 < float(fire_ref.sfe(W, V)) < float(fire_ref.sfe(W, fire_ref.fire(W, gain=c)))
        assert float(fire_ref.dfi(V, gain=c)) < float(fire_ref.dfi(W, gain=c))
