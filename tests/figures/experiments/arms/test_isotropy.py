"""Isotropy alone: the polar factor, at the matrix' own norm."""

from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from figures.experiments.arms.isotropy import change

from ....backends import available
from ..faked import conv_moment, matrices, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_the_norm_is_the_weights_and_the_direction_is_fires(make: Any) -> None:
    torch = available("torch")
    now = make()
    new = matrices(now.model, change(now).state)
    for name, (W, _) in matrices(now.model).items():
        V, Q = new[name][0], fire_ref.polar_factor(W)
        assert float(V.norm()) == pytest.approx(float(W.norm()), rel=1e-5)
        assert torch.allclose(V / V.norm(), Q / Q.norm(), atol=1e-6)
