"""Scale alone: exact FIRE's norm, W's own shape of spectrum."""

from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from figures.experiments.arms.norm import change

from ....backends import available
from ..faked import conv_moment, matrices, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_the_norm_is_fires_and_the_direction_is_the_weights(make: Any) -> None:
    torch = available("torch")
    now = make()
    new = matrices(now.model, change(now).state)
    for name, (W, c) in matrices(now.model).items():
        V = new[name][0]
        assert float(V.norm()) == pytest.approx(float(fire_ref.fire(W, gain=c).norm()), rel=1e-5)
        assert torch.allclose(V / V.norm(), W / W.norm(), atol=1e-6)
