"""Scale alone: exact FIRE's norm, W's own shape of spectrum."""

from __future__ import annotations

import pytest

import fire_ref
from figures.experiments.arms.arm import weights
from figures.experiments.arms.norm import change

from ....backends import available
from ..faked import moment


def test_the_norm_is_fires_and_the_direction_is_the_weights() -> None:
    torch = available("torch")
    now = moment()
    state = change(now).state
    for name, W in weights(now.model.state_dict()).items():
        assert float(state[name].norm()) == pytest.approx(float(fire_ref.fire(W).norm()), rel=1e-5)
        assert torch.allclose(state[name] / state[name].norm(), W / W.norm(), atol=1e-6)
