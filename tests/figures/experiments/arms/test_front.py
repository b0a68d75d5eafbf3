"""Half way: on the exact front, every s/c at its cube root."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from figures.experiments.arms.arm import gain, weights
from figures.experiments.arms.front import change

from ....backends import available
from ..faked import moment


def test_singular_values_go_to_their_cube_roots_and_nothing_dominates_it() -> None:
    available("torch")
    now = moment()
    state = change(now).state
    for name, W in weights(now.model.state_dict()).items():
        c, V = gain(W), state[name]
        s, v = (np.linalg.svd(one.double().numpy(), compute_uv=False) for one in (W, V))
        # float32 in, float32 out.
        np.testing.assert_allclose(np.sort(v / c), np.sort(np.cbrt(s / c)), rtol=1e-4)
        paid = fire_ref.excess(W, V, gain=c)
        assert float(paid.sfe) == pytest.approx(float(paid.least_sfe), rel=1e-3)
        assert 0 < float(fire_ref.sfe(W, V)) < float(fire_ref.sfe(W, fire_ref.fire(W)))
        assert float(fire_ref.dfi(V, gain=c)) < float(fire_ref.dfi(W, gain=c))
