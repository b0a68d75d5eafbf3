"""Isotropy alone: the polar factor, at W's own norm."""

from __future__ import annotations

import pytest

import fire_ref
from figures.experiments.arms.arm import weights
from figures.experiments.arms.isotropy import change

from ....backends import available
from ..faked import moment


def test_the_norm_is_the_weights_and_the_direction_is_fires() -> None:
    torch = available("torch")
    now = moment()
    state = change(now).state
    for name, W in weights(now.model.state_dict()).items():
        V, Q = state[name], fire_ref.polar_factor(W)
        assert float(V.norm()) == pytest.approx(float(W.norm()), rel=1e-5)
        assert torch.allclose(V / V.norm(), Q / Q.norm(), atol=1e-6)
